import { CustomChart, LineChart, LinesChart, ScatterChart } from "echarts/charts";
import { AriaComponent, DataZoomComponent, GridComponent, LegendComponent, MarkLineComponent, TooltipComponent } from "echarts/components";
import { type EChartsType, init, use } from "echarts/core";
import { CanvasRenderer, SVGRenderer } from "echarts/renderers";
import type { EChartsOption } from "echarts/types/dist/shared";
import { button, element, send } from "./page.ts";
import type { Theme } from "./theme.ts";

export type { EChartsOption };

export interface Chart {
  /** The section with heading, buttons and drawing. */
  section: HTMLElement;
  echart: EChartsType;
  /** @param saved additions for a saved picture, which has no page around it to explain it */
  set(option: EChartsOption, saved?: EChartsOption): void;
  describe(text: string): void;
}

export interface ChartOptions {
  title: string;
  /** Canvas for many points; SVG elements for few, so that screen readers can read them. */
  renderer: "canvas" | "svg";
  height: number;
  csv(): string;
}

/** Creates a chart under a heading, with buttons to save it. */
export function createChart({ title, renderer, height, csv }: ChartOptions): Chart {
  register();
  const drawing = element("div", { class: "drawing", role: "img", tabindex: "0", "aria-label": title });
  drawing.style.height = `${height}px`;
  let picture: EChartsOption = {};
  const name = title.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");
  const svg = () => renderSvg(drawing.clientWidth || 800, height, picture);
  const save = element(
    "div",
    { class: "buttons" },
    button("SVG", `Save ${title} as SVG`, () => send({ type: "save", name, format: "svg", content: svg() })),
    button("PNG", `Save ${title} as PNG`, () => void toPng(svg()).then((content) => send({ type: "save", name, format: "png", content }))),
    button("CSV", `Save ${title} as CSV`, () => send({ type: "save", name, format: "csv", content: csv() })),
  );
  const section = element("section", { class: "chart" }, element("header", {}, element("h2", {}, title), save), drawing);
  const echart = init(drawing, undefined, { renderer, height });
  new ResizeObserver(() => drawing.clientWidth > 0 && echart.resize({ width: drawing.clientWidth, height })).observe(drawing);
  zoomByKeyboard(drawing, echart);
  return {
    section,
    echart,
    set(next, saved) {
      picture = { ...next, ...saved };
      echart.setOption(next, { replaceMerge: ["series"] });
    },
    describe: (text) => drawing.setAttribute("aria-label", `${title}. ${text}`),
  };
}

/** Axes and text in the theme's colours. */
export function axisStyle(theme: Theme) {
  return {
    axisLine: { lineStyle: { color: theme.lines } },
    axisTick: { lineStyle: { color: theme.lines } },
    axisLabel: { color: theme.muted, fontFamily: theme.font, hideOverlap: true },
    splitLine: { lineStyle: { color: theme.lines, opacity: 0.25 } },
    nameTextStyle: { color: theme.muted, fontFamily: theme.font },
  };
}

/** A tooltip built from elements, so that a name in it is always text. */
export function tooltipStyle(theme: Theme) {
  return {
    backgroundColor: theme.background,
    borderColor: theme.lines,
    textStyle: { color: theme.foreground, fontFamily: theme.font, fontSize: 12 },
    confine: true,
  };
}

let registered = false;

function register(): void {
  if (registered) return;
  registered = true;
  use([
    LineChart,
    LinesChart,
    ScatterChart,
    CustomChart,
    GridComponent,
    TooltipComponent,
    DataZoomComponent,
    LegendComponent,
    MarkLineComponent,
    AriaComponent,
    CanvasRenderer,
    SVGRenderer,
  ]);
}

function renderSvg(width: number, height: number, option: EChartsOption): string {
  const hidden = init(null, undefined, { renderer: "svg", ssr: true, width, height });
  hidden.setOption({ ...option, animation: false });
  const text = hidden.renderToSVGString();
  hidden.dispose();
  return text;
}

/** Renders an SVG at twice its size, for print. Returns the PNG as base64. */
async function toPng(svg: string): Promise<string> {
  const image = new Image();
  const loaded = new Promise((resolve, reject) => {
    image.onload = resolve;
    image.onerror = reject;
  });
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await loaded;
  const canvas = element("canvas");
  canvas.width = image.width * 2;
  canvas.height = image.height * 2;
  const context = canvas.getContext("2d")!;
  context.scale(2, 2);
  context.drawImage(image, 0, 0);
  return canvas.toDataURL("image/png").replace(/^data:image\/png;base64,/, "");
}

/** Keyboard control: + and − zoom, the arrows move, 0 shows everything. */
function zoomByKeyboard(drawing: HTMLElement, echart: EChartsType): void {
  drawing.addEventListener("keydown", (event) => {
    const zoom = (echart.getOption() as { dataZoom?: { start: number; end: number }[] } | undefined)?.dataZoom?.[0];
    if (!zoom) return;
    const { start, end } = zoom;
    const width = end - start;
    const moves: Record<string, [number, number]> = {
      "+": [start + width / 4, end - width / 4],
      "=": [start + width / 4, end - width / 4],
      "-": [start - width / 2, end + width / 2],
      ArrowLeft: [start - width / 4, end - width / 4],
      ArrowRight: [start + width / 4, end + width / 4],
      "0": [0, 100],
    };
    const next = moves[event.key];
    if (!next) return;
    event.preventDefault();
    echart.dispatchAction({ type: "dataZoom", start: Math.max(0, next[0]), end: Math.min(100, next[1]) });
  });
}
