import { groupBy } from "#runtime/contract/group.ts";
import { eachThinned, type IndexRange } from "./series.ts";

/* Many lines in one chart, drawn as few series, because setting up one for each line would take most of the time. */

export interface Line {
  colour: string;
  name: string;
  x: readonly number[];
  y: readonly number[];
}

interface Lines {
  solid: readonly Line[];
  dashed: readonly Line[];
}

/**
 * Joins lines of one colour into one series, whose points are in one array and drawn as one path. Because such series define neither the
 * axes nor the cursor's stops, one more, invisible series does.
 */
export function bundles({ solid, dashed }: Lines, max: number, part: IndexRange) {
  let [low, high] = [Infinity, -Infinity];
  const bundle = (lines: readonly Line[], type: "solid" | "dashed") =>
    [...groupBy(lines.filter(hasPoints), ({ colour }) => colour)].map(([colour, ofColour]) => {
      // for each line, the number of points, then their coordinates
      const flat: number[] = [];
      for (const { x, y } of ofColour) {
        const at = flat.push(0) - 1;
        eachThinned(x, y, max, part, (place, value) => {
          flat.push(place, value);
          if (value < low) low = value;
          if (value > high) high = value;
        });
        flat[at] = (flat.length - at - 1) / 2;
      }
      return {
        // without an id, so that it is recreated: after a merge, points would be read beyond the end of the old array
        type: "lines",
        name: ofColour[0]!.name,
        coordinateSystem: "cartesian2d",
        polyline: true,
        large: true,
        largeThreshold: 0,
        progressive: 0,
        silent: true,
        dimensions: ["value"],
        data: Float64Array.from(flat),
        lineStyle: { color: colour, width: 1.5, opacity: 0.8, type },
        itemStyle: { color: colour },
      };
    });
  const drawn = [...bundle(solid, "solid"), ...bundle(dashed, "dashed")];
  return drawn.length === 0 ? [] : [...drawn, cursorLine(solid.filter(hasPoints), low, high)];
}

function cursorLine(lines: readonly Line[], low: number, high: number) {
  const longest = lines.reduce((found, line) => (line.x.length > found.x.length ? line : found));
  const left = Math.min(...lines.map(({ x }) => x[0]!));
  const right = Math.max(...lines.map(({ x }) => x.at(-1)!));
  const every = Math.ceil(longest.x.length / cursorPlaces);
  const places = longest.x.filter((_, index) => index % every === 0);
  const data = [[left, low], ...places.map((x) => [x, low]), [right, high]];
  return {
    type: "line",
    id: "cursor",
    name: "",
    symbol: "none",
    silent: true,
    data,
    lineStyle: { opacity: 0 },
    emphasis: { disabled: true },
  };
}

/** About the number of pixels. */
const cursorPlaces = 1000;

function hasPoints({ x }: Line): boolean {
  return x.length > 0;
}
