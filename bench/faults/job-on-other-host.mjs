/* Replaces a job's process: forwards the job to the listening process (`in-process.ts`) and ends with its exit code. */
import { connect } from "node:net";

const socket = connect(process.env.FAULT_JOBS);
let answer = "";
socket.on("data", (data) => {
  answer += data;
});
socket.on("end", () => {
  const { code, said } = JSON.parse(answer);
  process.stderr.write(said);
  process.exit(code);
});
socket.write(`${JSON.stringify(process.argv.slice(2))}\n`);
