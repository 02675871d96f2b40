"use strict";
(() => {
  // Nothing is computed here: every effect was reckoned before and is looked up. Text is written as text only.
  const data = JSON.parse(document.getElementById("data").textContent);
  const by = (id) => document.getElementById(id);
  const make = (name, text, look) => {
    const found = document.createElement(name);
    if (text !== undefined) found.textContent = text;
    if (look) found.className = look;
    return found;
  };
  for (const each of document.querySelectorAll(".script-only")) each.hidden = false;

  // -- companies that are taken away -----------------------------------------------------------------------
  const graph = document.querySelector("svg.graph");
  const companies = new Map(data.companies.map((each) => [each.key, each]));
  const reckoned = new Set(data.reckoned);
  const buttons = new Map();
  let chosen = [];

  const longer = (one, other) => {
    for (let place = 0; place < one.length; place += 1) {
      if (one[place] !== other[place]) return one[place] > other[place];
    }
    return false;
  };
  const pairKey = (keys) => {
    const [one, other] = [...keys].sort((a, b) => (companies.get(a).id < companies.get(b).id ? -1 : 1));
    return `${one} ${other}`;
  };
  const falls = () => {
    const found = new Map();
    const ordered = [...chosen].sort((a, b) => (companies.get(a).id < companies.get(b).id ? -1 : 1));
    for (const key of ordered) {
      for (const fall of companies.get(key).falls) {
        const known = found.get(fall.f);
        if (!known || longer(fall.weight, known.weight)) found.set(fall.f, fall);
      }
    }
    if (chosen.length === 2) for (const fall of data.pairs[pairKey(chosen)] || []) found.set(fall.f, fall);
    return [...found.values()].sort((a, b) => a.f - b.f);
  };

  const mark = (rows) => {
    if (!graph) return;
    graph.classList.toggle("chosen", chosen.length > 0);
    for (const each of graph.querySelectorAll(".fallen, .partly")) each.classList.remove("fallen", "partly");
    const hit = new Set(chosen);
    const edges = [...graph.querySelectorAll(".edge")];
    for (const edge of edges) {
      if (chosen.includes(edge.dataset.to)) hit.add(edge.dataset.from);
    }
    const partly = new Set();
    for (const row of rows) (row.part ? partly : hit).add(data.functions[row.f].key);
    for (const node of graph.querySelectorAll(".node")) {
      if (hit.has(node.dataset.key)) node.classList.add("fallen");
      else if (partly.has(node.dataset.key)) node.classList.add("partly");
    }
    for (const edge of edges) {
      const from = hit.has(edge.dataset.from) || partly.has(edge.dataset.from);
      if (from && hit.has(edge.dataset.to)) edge.classList.add("fallen");
    }
  };

  const tell = (rows) => {
    const place = by("falls");
    place.replaceChildren();
    if (!chosen.length) {
      place.append(make("p", "No company is chosen: everything works as it was seen."));
      return;
    }
    const names = chosen.map((key) => companies.get(key).name).join(" and ");
    const own = chosen.some((key) => companies.get(key).own);
    const stop = rows.filter((row) => !row.part).length;
    const part = rows.length - stop;
    const said = [];
    if (stop) said.push(`${stop} ${stop === 1 ? "function stops" : "functions stop"}`);
    if (part) said.push(`${part} ${part === 1 ? "works" : "work"} in part`);
    const head = make("p");
    head.append(make("strong", `Without ${names}: ${said.length ? said.join(", ") : "nothing that was assessed stops"}.`));
    place.append(head);
    if (own) place.append(make("p", "It is the site's own, and ends no contract with itself.", "quiet"));
    if (chosen.length === 2 && !reckoned.has(pairKey(chosen))) {
      place.append(make("p", "This pair was not computed: the list has what each does alone, and may be too short."));
    }
    const list = make("ul");
    for (const row of rows) {
      const item = make("li");
      item.dataset.function = data.functions[row.f].id;
      item.dataset.direct = row.direct ? "direct" : "transitive";
      item.append(make("strong", data.functions[row.f].name));
      const begins = row.onset ? `${row.onset}; ` : "";
      const lasts = row.part ? `for ${row.lasts}` : `${begins}back after about ${row.lasts}`;
      const how = row.direct ? "its own part is there" : "falls with what it rests on";
      item.append(document.createTextNode(`: ${row.effect}, ${lasts} (${how})`));
      if (row.note) item.append(make("span", ` ${row.note}.`, "quiet"));
      list.append(item);
    }
    place.append(list);
  };

  const show = () => {
    const rows = falls();
    for (const [key, button] of buttons) button.setAttribute("aria-pressed", String(chosen.includes(key)));
    mark(rows);
    tell(rows);
  };
  const choose = (key) => {
    if (!companies.has(key)) return;
    chosen = chosen.includes(key) ? chosen.filter((each) => each !== key) : [...chosen, key].slice(-2);
    show();
  };
  for (const each of data.companies) {
    const button = make("button", each.name);
    button.type = "button";
    button.dataset.company = each.id;
    button.addEventListener("click", () => choose(each.key));
    buttons.set(each.key, button);
    by("choice").append(button);
  }
  if (graph) {
    graph.addEventListener("click", (event) => {
      const link = event.target.closest("a[data-company]");
      if (!link) return;
      event.preventDefault();
      choose(link.dataset.company);
    });
  }
  show();

  // -- incidents on a clock --------------------------------------------------------------------------------
  const replay = by("replay");
  if (replay && data.incidents.length) {
    const label = make("label", "Incident ");
    const select = make("select");
    select.id = "incident";
    label.htmlFor = "incident";
    data.incidents.forEach((each, place) => {
      const option = make("option", `${each.day} ${each.title} – ${each.applies}`);
      option.value = String(place);
      select.append(option);
    });
    label.append(select);
    const clock = make("label", "Hours since it began ");
    const slider = make("input");
    slider.type = "range";
    slider.id = "hour";
    slider.min = "0";
    slider.max = "1000";
    slider.value = "0";
    clock.htmlFor = "hour";
    clock.append(slider);
    const time = make("p", "", "clock");
    time.id = "time";
    const summary = make("p");
    const states = make("ul", undefined, "states");
    states.id = "states";
    const events = make("ul");
    replay.append(label, summary, clock, time, states, make("h3", "What happened"), events);

    // Early hours get more room on the slider than late ones.
    const hourAt = (incident) => incident.end * (Number(slider.value) / 1000) ** 2;
    const inWords = (hours) => (hours < 48 ? `${Math.round(hours * 10) / 10} hours` : `${Math.round(hours / 2.4) / 10} days`);
    const tick = () => {
      const incident = data.incidents[Number(select.value)];
      const hour = hourAt(incident);
      const said = `${inWords(hour)} after it began`;
      time.textContent = said;
      slider.setAttribute("aria-valuetext", said);
      states.replaceChildren();
      data.functions.forEach((each, place) => {
        const fall = incident.falls.find((row) => row.f === place);
        const span = fall && fall.spans.find((row) => row[0] <= hour && (row[1] === null || hour < row[1]));
        const state = span ? span[2] : "works";
        const words = { down: fall ? fall.effect : "", degraded: "works in part", works: "goes on" }[state];
        states.append(make("li", `${each.name}: ${words}`, state));
      });
      for (const item of events.children) item.classList.toggle("quiet", Number(item.dataset.at) > hour);
    };
    const start = () => {
      const incident = data.incidents[Number(select.value)];
      summary.textContent = incident.summary;
      slider.value = "0";
      events.replaceChildren();
      for (const each of incident.events) {
        const item = make("li", `after ${each.when}: ${each.text}; here: ${each.here}`);
        item.dataset.at = String(each.at);
        events.append(item);
      }
      tick();
    };
    select.addEventListener("change", start);
    slider.addEventListener("input", tick);
    const first = data.incidents.findIndex((each) => each.falls.length);
    select.value = String(Math.max(first, 0));
    start();
  }

  // -- the drawer with proofs ------------------------------------------------------------------------------
  const drawer = by("drawer");
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-proof]");
    if (!link || typeof drawer.showModal !== "function") return;
    event.preventDefault();
    const list = by("drawer-list");
    list.replaceChildren();
    for (const number of link.dataset.proof.split(" ")) {
      const found = by(`evidence-${number}`);
      if (!found) continue;
      const item = make("li", found.textContent);
      item.value = Number(number);
      list.append(item);
    }
    drawer.showModal();
  });
  by("drawer-close").addEventListener("click", () => drawer.close());

  // On paper everything that is folded is open.
  const folded = [];
  window.addEventListener("beforeprint", () => {
    for (const each of document.querySelectorAll("details:not([open])")) {
      folded.push(each);
      each.open = true;
    }
  });
  window.addEventListener("afterprint", () => {
    for (const each of folded.splice(0)) each.open = false;
  });
})();
