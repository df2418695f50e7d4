"use strict";
const search = document.getElementById("search");
const choices = ["rule", "file", "version"].map((name) => document.getElementById(name));
const cards = [...document.querySelectorAll("article, details, p.open")];

function fits(card, rule, file, version) {
  const data = card.dataset;
  return (!rule || data.rule === rule)
    && (!file || data.file === file)
    && (!version || !("versions" in data) || data.versions.split(" ").includes(version))
    && card.textContent.toLowerCase().includes(search.value.trim().toLowerCase());
}

function filter() {
  const [rule, file, version] = choices.map((choice) => choice.value);
  for (const card of cards) card.hidden = !fits(card, rule, file, version);
  const findings = cards.filter((card) => card.matches("article"));
  const shown = findings.filter((card) => !card.hidden).length;
  document.getElementById("count").textContent = `${shown} of ${findings.length} findings`;
}

function move(step) {
  const there = cards.filter((card) => !card.hidden).map((card) => card.querySelector("summary") ?? card);
  const at = there.indexOf(document.activeElement);
  there[Math.max(0, Math.min(there.length - 1, at < 0 ? 0 : at + step))]?.focus();
}

function turn() {
  const dark = getComputedStyle(document.documentElement).colorScheme === "dark"
    || (!document.documentElement.dataset.theme && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.dataset.theme = dark ? "light" : "dark";
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const typing = event.target.matches("input, select");
  if (event.key === "Escape") {
    search.value = "";
    for (const choice of choices) choice.value = "";
    filter();
    document.activeElement.blur();
  } else if (!typing && event.key === "/") {
    event.preventDefault();
    search.focus();
  } else if (!typing && event.key === "j") move(1);
  else if (!typing && event.key === "k") move(-1);
  else if (!typing && event.key === "t") turn();
});
document.querySelector("form").addEventListener("submit", (event) => event.preventDefault());
document.getElementById("theme").addEventListener("click", turn);
search.addEventListener("input", filter);
for (const choice of choices) choice.addEventListener("change", filter);
filter();
