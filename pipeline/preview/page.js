(() => {
  "use strict";
  const $ = (selector, within = document) => [...within.querySelectorAll(selector)];
  const help = document.getElementById("help");
  const open = document.getElementById("help-open");
  const campaigns = $("article.campaign");
  const inSight = () => {
    const middle = innerHeight / 3;
    return campaigns.findLast((each) => each.getBoundingClientRect().top <= middle) || campaigns[0];
  };
  const step = (name, by) => {
    const at = inSight();
    const radios = at ? $(`input[name="${at.id}-${name}"]`, at) : [];
    if (!radios.length) return;
    const next = radios[(radios.findIndex((radio) => radio.checked) + by + radios.length) % radios.length];
    next.checked = true;
    next.dispatchEvent(new Event("change", { bubbles: true }));
    next.closest("label").scrollIntoView({ block: "nearest", inline: "nearest" });
  };
  const turn = (by) => {
    const next = campaigns[campaigns.indexOf(inSight()) + by];
    if (next) next.scrollIntoView();
  };
  const keys = {
    j: () => step("p", 1), k: () => step("p", -1), m: () => step("m", 1), n: () => step("m", -1),
    c: () => step("k", 1), "]": () => turn(1), "[": () => turn(-1), "?": () => help.showModal(),
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || help.open) return;
    const act = keys[event.key];
    if (act) { event.preventDefault(); act(); }
  });
  // The view is in the address, so that it survives a reload and can be sent to somebody.
  const remember = () => {
    const at = inSight();
    if (!at) return;
    const chosen = ["p", "m", "k"].map((name) => $(`input[name="${at.id}-${name}"]:checked`, at)[0]).filter(Boolean);
    try { history.replaceState(null, "", "#" + chosen.map((radio) => radio.id).join(",")); } catch { /* a frame without history */ }
  };
  const recall = () => {
    for (const id of location.hash.slice(1).split(",")) {
      const radio = /^c\d+-[pmk]/.test(id) && document.getElementById(id);
      if (radio) { radio.checked = true; radio.closest("article").scrollIntoView(); }
    }
  };
  document.addEventListener("change", remember);
  open.hidden = false;
  open.addEventListener("click", () => help.showModal());
  recall();
})();
