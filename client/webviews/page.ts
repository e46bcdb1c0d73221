import { visible } from "#runtime/contract/visible.ts";
import type { FromPage, Shown, ToPage } from "./page-messages.ts";

interface VsCodeApi {
  postMessage(message: FromPage): void;
  setState(state: Shown): void;
}

declare function acquireVsCodeApi(): VsCodeApi;

const api = acquireVsCodeApi();

/** Starts a page: stores what it shows, listens for messages, and reports that it is ready. */
export function startPage(onMessage: (message: ToPage) => void): void {
  const shown = document.body.dataset["shown"];
  if (shown) api.setState(JSON.parse(shown) as Shown);
  window.addEventListener("message", ({ data }: MessageEvent<ToPage>) => onMessage(data));
  api.postMessage({ type: "ready" });
}

/** Begins a page that shows what the command line answers about a declaration. */
export function startAnswerPage<Answer>(draw: (answer: Answer) => void): void {
  startPage((message) => {
    if (message.type === "answer") draw(message.answer as Answer);
    else if (message.type === "message") showMessage(message.title, message.text);
  });
}

export function send(message: FromPage): void {
  api.postMessage(message);
}

type Child = Node | string | null | undefined | false;

/** Creates an element with attributes and children. Strings are always text, never markup. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes?: Record<string, string>,
  ...children: Child[]
): HTMLElementTagNameMap[K];
export function element(tag: string, attributes?: Record<string, string>, ...children: Child[]): HTMLElement;
export function element(tag: string, attributes: Record<string, string> = {}, ...children: Child[]): HTMLElement {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...shownChildren(children));
  return made;
}

/** Replaces the contents of the page. */
export function show(...children: Child[]): void {
  const main = document.querySelector("main")!;
  main.replaceChildren(...shownChildren(children));
}

/** Makes invisible characters in texts visible, so that they cannot mislead. */
function shownChildren(children: readonly Child[]): (Node | string)[] {
  const there = children.filter((child): child is Node | string => child !== null && child !== undefined && child !== false);
  return there.map((child) => (typeof child === "string" ? visible(child) : child));
}

export function showMessage(title: string, text: string): void {
  show(element("h1", {}, title), element("p", { class: "empty", role: "status" }, text));
}

export function button(label: string, title: string, onClick: () => void): HTMLElement {
  const made = element("vscode-button", { appearance: "secondary", secondary: "", title, class: "small" }, label);
  made.addEventListener("click", onClick);
  return made;
}

/** A drop-down with a label. */
export function dropDown(label: string, options: Record<string, string>, value: string, onChange: (value: string) => void): HTMLElement {
  const select = element(
    "vscode-single-select",
    { "aria-label": label, label },
    ...Object.entries(options).map(([key, text]) =>
      element("vscode-option", { value: key, ...(key === value ? { selected: "" } : {}) }, text),
    ),
  );
  select.addEventListener("change", () => onChange((select as HTMLElement & { value: string }).value));
  return element("div", { class: "choice" }, element("label", {}, label), select);
}

export function csvOf(rows: readonly (readonly (string | number)[])[]): string {
  const cell = (value: string | number) => {
    // a spreadsheet would read it as a formula
    const isFormula = typeof value === "string" && /^[=+\-@\t\r]/.test(value) && !Number.isFinite(Number(value));
    const text = isFormula ? `'${value}` : String(value);
    return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return `${rows.map((row) => row.map(cell).join(",")).join("\n")}\n`;
}
