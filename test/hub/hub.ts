import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { onTestFinished } from "vitest";

export const commit = "0123456789abcdef0123456789abcdef01234567";

/** What goes wrong on the way, and what the hub does not say. */
export interface Way {
  /** The content of a file as it arrives. */
  arrives(file: string, bytes: Buffer): Buffer;
  /** After so many bytes of an answer the connection breaks. */
  breaksAfter: number;
  /** Whether hashes are published. */
  sums: boolean;
}

export interface TestHub {
  url: string;
  /** Requests, with the range of bytes that was asked for. */
  asked: string[];
  way: Way;
}

/** As the hub answers for one private model or data set, `owner/tiny`: what it is, its paths with their hashes, and its files. */
export async function hubOf(folder: string, kind: "models" | "datasets" = "models"): Promise<TestHub> {
  const asked: string[] = [];
  const way: Way = { arrives: (_, bytes) => bytes, breaksAfter: Number.POSITIVE_INFINITY, sums: true };
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url} ${request.headers.range ?? ""}`.trim());
    void answer(folder, kind, way, request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
  onTestFinished(() => void server.close());
  return { url: `http://localhost:${(server.address() as AddressInfo).port}`, asked, way };
}

async function answer(folder: string, kind: string, way: Way, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = decodeURIComponent(new URL(request.url!, "http://hub").pathname);
  const json = (status: number, value: unknown) =>
    response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(value));
  if (request.headers.authorization !== "Bearer hf_secret") return void json(401, { error: "Invalid credentials" });
  const api = `/api/${kind}/owner/tiny`;
  if (path === `${api}/revision/main`)
    return void json(200, {
      _id: "1",
      id: "owner/tiny",
      private: true,
      downloads: 0,
      gated: false,
      likes: 0,
      lastModified: "2026-01-01",
      sha: commit,
    });
  const info = (each: string) => ({
    path: each,
    type: "file",
    ...(way.sums ? sumsOf(each, readFileSync(join(folder, each))) : { size: readFileSync(join(folder, each)).length, oid: etagOf(each) }),
    lastCommit: { id: commit, title: "", date: "2026-01-01" },
  });
  if (path === `${api}/tree/${commit}`) {
    const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    return void json(
      200,
      entries.map((entry) => info(join(entry.parentPath, entry.name).slice(folder.length + 1))),
    );
  }
  if (path === `${api}/paths-info/${commit}`) {
    let body = "";
    for await (const part of request) body += part;
    const { paths } = JSON.parse(body) as { paths: string[] };
    return void json(200, paths.filter((each) => existsSync(join(folder, each))).map(info));
  }
  const resolved = `${kind === "datasets" ? "/datasets" : ""}/owner/tiny/resolve/${commit}/`;
  const file = path.startsWith(resolved) ? path.slice(resolved.length) : "";
  if (file === "" || !existsSync(join(folder, file))) return void json(404, { error: "Not found" });
  const bytes = way.arrives(file, readFileSync(join(folder, file)));
  const range = /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? "");
  const [start, end] = range ? [Number(range[1]), Math.min(Number(range[2]), bytes.length - 1)] : [0, bytes.length - 1];
  const headers = { ETag: `"${etagOf(file)}"`, "Content-Range": `bytes ${start}-${end}/${bytes.length}` };
  const sent = bytes.subarray(start, end + 1);
  response.writeHead(range ? 206 : 200, { ...headers, "Content-Length": sent.length });
  if (sent.length <= way.breaksAfter) return void response.end(sent);
  response.write(sent.subarray(0, way.breaksAfter), () => setTimeout(() => response.destroy(), 50));
}

/** As the hub publishes them: of large files, here the weights, the SHA-256 of the content and Git's sum of what points to it. */
export function sumsOf(
  file: string,
  bytes: Buffer,
): { size: number; oid: string; lfs?: { oid: string; size: number; pointerSize: number } } {
  const gitSum = createHash("sha1").update(`blob ${bytes.length}\0`).update(bytes).digest("hex");
  if (!file.endsWith(".safetensors")) return { size: bytes.length, oid: gitSum };
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  return { size: bytes.length, oid: "0".repeat(40), lfs: { oid: sha256, size: bytes.length, pointerSize: 130 } };
}

function etagOf(file: string): string {
  return `etag-of-${file.replaceAll("/", "-")}`;
}
