import { createHash } from "node:crypto";
import { createReadStream, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { InstallFailure } from "../../installer.ts";

/**
 * Checksums of the files that `install.ts` names, as published by the Python Package Index and npm's registry, in the format of Subresource
 * Integrity, so that a mirror is not trusted. An installation for GPUs also has NVIDIA's libraries, whose versions TensorFlow leaves open;
 * pip verifies them with the hashes of the index.
 */
const published: Readonly<Record<string, string>> = {
  "tensorflow_cpu-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl": sha256("2b847d217b02ee7731ed91431daf3250daa0196c3c94614d23be27232e6e5b6c"),
  "tensorflow-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl": sha256("9056fbc9ba04235810b71ae6cbd958a196e8804fb53bbcffbf3e23b56155f124"),
  "tensorflow-2.21.0-cp311-cp311-manylinux_2_27_aarch64.whl": sha256("4b24aca16d527a3cf1c37f720c04c484c3d20f4d0fdfa98632ac8b9f3be6eb5c"),
  "tensorflow-tfjs-node-gpu-4.22.0.tgz": "sha512-p//NN6DGiN4hInUmIkRffaFVMcdTREUMjPyjW04J7OXvB2zBlQimj61eFKSgRrH3f5TnOfKzb0n56he/B6a4bw==",
  "node-api-headers-1.9.0.tgz": "sha512-2oNILP4jXwRB4ywnYKjVk1YyJ96n2D4EOVJO6S3oYZ5PtbJrw3Yt9TpAuX3nBLMuzn74rnfGQrv13pS9vC+YiA==",
  "google-protobuf-3.21.4.tgz": "sha512-MnG7N936zcKTco4Jd2PX2U96Kf9PxygAPKBug+74LHzmHXmceN16MmRcdgZv+DGef/S9YvQAfRsNCn4cjf9yyQ==",
};

/** Packages whose files are refused if they are not in the table. */
const named = /^(tensorflow|node-api-headers|google-protobuf|tfjs)[-_]/;

/** Verifies downloads. If a file is not what was published, it is removed and an `InstallFailure` is thrown. */
export async function verifyDownloads(folder: string, sums: Readonly<Record<string, string>> = published): Promise<void> {
  for (const name of readdirSync(folder).filter((each) => named.test(each))) {
    const path = join(folder, name);
    const expected = Object.hasOwn(sums, name) ? sums[name]! : undefined;
    const algorithm = expected?.slice(0, expected.indexOf("-")) ?? "sha256";
    const found = await integrityOf(path, algorithm);
    if (found === expected) continue;
    rmSync(path, { force: true });
    throw new InstallFailure(
      expected === undefined
        ? `${name} (${found}) is none of the files that were published under this version. It was removed; look which index pip and npm are set to`
        : `${name} is not what was published: ${expected} expected, ${found} found. It was removed; try again, and where that gives the same look which index pip and npm are set to`,
    );
  }
}

async function integrityOf(path: string, algorithm: string): Promise<string> {
  const hash = createHash(algorithm);
  for await (const block of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(block as Buffer);
  return `${algorithm}-${hash.digest("base64")}`;
}

/** Converts a SHA-256 in hexadecimal, as the index writes it. */
function sha256(hex: string): string {
  return `sha256-${Buffer.from(hex, "hex").toString("base64")}`;
}
