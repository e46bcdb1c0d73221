import "../elements.ts";
import { element, show, showMessage, startPage } from "../page.ts";
import { createCurves } from "./curves.ts";

const title = element("h1");
const curves = createCurves();
let shown = false;

startPage((message) => {
  switch (message.type) {
    case "curves":
      title.textContent = message.title;
      curves.setRuns(message.runs);
      if (!shown) show(title, curves.root);
      shown = true;
      break;
    case "points":
      curves.add(message.run, message.points);
      break;
    case "evaluations":
      curves.evaluate(message.run, message.evaluations);
      break;
    case "message":
      shown = false;
      showMessage(message.title, message.text);
      break;
  }
});
