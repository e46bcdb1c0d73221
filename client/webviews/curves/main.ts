import "../elements.ts";
import { element, show, showMessage, startPage } from "../page.ts";
import { createCurves } from "./curves.ts";

const title = element("h1");
const curves = createCurves();
let shown = false;

startPage((message) => {
  curves.receive(message);
  if (message.type === "curves") {
    title.textContent = message.title;
    if (!shown) show(title, curves.root);
    shown = true;
  } else if (message.type === "message") {
    shown = false;
    showMessage(message.title, message.text);
  }
});
