import type { Axis } from "./series.ts";

export function shortNumber(value: number): string {
  if (value !== 0 && (Math.abs(value) < 1e-3 || Math.abs(value) >= 1e6)) return value.toExponential(1).replace("e+", "e");
  return Math.abs(value) >= 1000 ? Math.round(value).toLocaleString("en-US") : String(Number(value.toPrecision(4)));
}

export function axisText(axis: Axis, value: number): string {
  if (axis === "flops") return value === 0 ? "0" : value.toExponential(1).replace("e+", "e");
  if (axis === "time")
    return value < 120 ? `${Math.round(value)} s` : value < 7200 ? `${Math.round(value / 60)} min` : `${(value / 3600).toFixed(1)} h`;
  if (value >= 1e6) return `${Number((value / 1e6).toPrecision(3))}M`;
  return value >= 10_000 ? `${Number((value / 1e3).toPrecision(3))}k` : Math.round(value).toLocaleString("en-US");
}
