/* In the place of a job's process: has the job done by the process that listens (`in-process.ts`), and ends as it ended there. */
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
