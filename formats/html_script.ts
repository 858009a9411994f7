/**
 * The script of a page: finding a country by typing, and opening the one that a link names.
 *
 * @module
 */

/** Plain JavaScript for browsers; the page is complete without it. */
export const SCRIPT = `
"use strict";
(() => {
  const box = document.getElementById("find");
  const opened = () => {
    let id = "";
    try {
      id = decodeURIComponent(location.hash.slice(1));
    } catch {
      return;
    }
    const table = id === "" ? null : document.getElementById(id);
    const details = table && table.closest("details");
    if (!details) return;
    if (box) {
      box.value = "";
      find();
    }
    details.open = true;
    details.scrollIntoView();
  };
  const plain = (text) =>
    " " + text.normalize("NFD").replace(/[\\u0300-\\u036f]/g, "").toLowerCase()
      .replace(/[^a-z0-9]+/g, " ").trim();
  const entries = [...document.querySelectorAll("#list > li")].map((item) => ({
    item,
    summary: item.querySelector("summary"),
    text: plain(item.querySelector("h3").textContent),
  }));
  const shown = () => entries.filter(({ item }) => !item.hidden);
  const find = () => {
    const typed = box.value.trim();
    const wanted = plain(typed);
    let found = entries.filter(({ text }) => text.includes(wanted));
    if (found.length === 0) found = entries.filter(({ text }) => text.includes(wanted.slice(1)));
    if (typed !== "" && wanted === " ") found = [];
    for (const { item } of entries) item.hidden = true;
    for (const { item } of found) item.hidden = false;
    const all = entries.length === 1 ? "1 country" : entries.length + " countries";
    document.getElementById("found").textContent = typed === ""
      ? all
      : found.length === 0
      ? "No country found"
      : found.length + " of " + all;
  };
  const move = (event, by) => {
    const list = shown();
    const at = list.findIndex(({ summary }) => summary === document.activeElement);
    const next = at + by;
    if (next < 0) box.focus();
    else if (next < list.length) list[next].summary.focus();
    else return;
    event.preventDefault();
  };
  addEventListener("hashchange", opened);
  if (box && entries.length > 0) {
    document.getElementById("find-box").hidden = false;
    box.addEventListener("input", find);
    box.addEventListener("keydown", (event) => {
      if (event.key === "ArrowDown") move(event, 1);
      if (event.key === "Escape" && box.value !== "") {
        box.value = "";
        find();
        event.preventDefault();
      }
      if (event.key === "Enter" && box.value.trim() !== "" && shown().length > 0) {
        const [first] = shown();
        first.item.querySelector("details").open = true;
        first.summary.focus();
        event.preventDefault();
      }
    });
    document.getElementById("list").addEventListener("keydown", (event) => {
      if (event.target.tagName !== "SUMMARY") return;
      if (event.key === "ArrowDown") move(event, 1);
      if (event.key === "ArrowUp") move(event, -1);
    });
    if (box.value !== "") find();
  }
  opened();
})();
`;
