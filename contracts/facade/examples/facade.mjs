// A façade in 100 lines of Node.js without packages: FACADE_SECRET=… node facade.mjs [PORT]. For test environments only.
import { readdirSync, readFileSync, existsSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const [secret, received] = [process.env.FACADE_SECRET, ["001o005", "001o006", "001o009"]];
if (!secret) throw new Error("FACADE_SECRET is not set");
const held = new Map(); // linkage → Map(key → row): your database
const taken = new Map(); // linkage → Set(file names)
const jobs = new Map();
const at = (map, name, make) => map.get(name) ?? map.set(name, make()).get(name);
const problem = (status, code, message, more = {}) => [status, { code, message, ...more }];

// RFC 4180: quotes may hold commas, newlines and doubled quotes.
function cells(text) {
  const rows = [[]];
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/g)) {
    if (quoted === undefined && plain === "" && end === "" && rows.at(-1).length === 0) break;
    rows.at(-1).push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end === "") break;
    if (end !== ",") rows.push([]);
  }
  if (rows.at(-1).length === 0) rows.pop();
  return rows;
}

// One file: a full one replaces everything; a row of a delta replaces the one with the same number and history.
function take(rows, folder, name) {
  const [header, ...lines] = cells(readFileSync(join(folder, name), "utf8"));
  if (name.includes("_zenken_")) rows.clear();
  for (const line of lines) {
    const row = Object.fromEntries(header.map((item, place) => [item, line[place]]));
    const parts = header.filter((item) => item === "atenabango" || item.includes("rirekibango"));
    const key = JSON.stringify(parts.map((item) => row[item]));
    if (row.sakujofuragu === "1") rows.delete(key);
    else rows.set(key, row);
  }
  return lines.length;
}

function trigger({ linkage, action, location }) {
  if (typeof linkage !== "string" || typeof action !== "string") return problem(400, "unusable", "linkage and action are needed");
  if (action !== "import" || !received.includes(linkage)) return problem(501, "not-implemented", `import of ${received} only`);
  if (typeof location !== "string") return problem(400, "unusable", "location is needed");
  const folder = join(fileURLToPath(location), linkage);
  const markers = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(".csv.end")) : [];
  const seen = at(taken, linkage, () => new Set());
  let accepted = 0;
  const files = markers.sort((a, b) => a.slice(-14).localeCompare(b.slice(-14))).map((marker) => {
    const name = marker.slice(0, -4);
    if (seen.has(name)) return { name, result: "duplicate" };
    accepted += take(at(held, linkage, () => new Map()), folder, name);
    seen.add(name);
    return { name, result: "taken" };
  });
  const job = { id: `job-${jobs.size + 1}`, state: "finished", linkage, counts: { accepted, rejected: 0 }, files };
  jobs.set(job.id, job);
  return [202, job];
}

function records(_body, query) {
  const linkage = query.get("linkage");
  if (!linkage) return problem(400, "unusable", "linkage is needed");
  const [item, wanted = ""] = (query.get("key") ?? "").split(/=(.*)/s);
  const bare = (value) => (value ?? "").replace(/^0+/, "");
  const rows = [...(held.get(linkage) ?? new Map()).values()].filter((row) => bare(row[item]) === bare(wanted));
  const start = Number(query.get("after") ?? 0);
  const end = start + Number(query.get("limit") ?? 1000);
  const found = rows.slice(start, end).map((row) => ({ values: row, current: (row.saishinfuragu ?? "1") === "1" }));
  return [200, { linkage, history: true, total: rows.length, records: found, next: end < rows.length ? String(end) : null }];
}

function reset({ linkages = [...held.keys()] }) {
  const gone = linkages.filter((name) => held.delete(name));
  gone.forEach((name) => taken.delete(name));
  return [200, { linkages: gone }];
}

const calls = {
  "POST trigger": trigger,
  "GET jobs": (_body, _query, id) => (jobs.has(id) ? [200, jobs.get(id)] : problem(404, "unknown-job", "no such job")),
  "GET records": records,
  "POST stimulus": ({ event }) => problem(400, "unknown-event", `unknown event: ${String(event).slice(0, 60)}`, { known: [] }),
  "POST reset": reset,
};

const server = createServer(async (request, response) => {
  const url = new URL(request.url, "http://localhost");
  const [name, id] = url.pathname.replace("/renkei/", "").split("/");
  let body = "";
  for await (const chunk of request.setEncoding("utf8")) body += chunk;
  let [status, said] = problem(401, "unauthorized", "wrong secret");
  if (request.headers.authorization === `Bearer ${secret}`) {
    try { [status, said] = calls[`${request.method} ${name}`](JSON.parse(body || "{}"), url.searchParams, id); }
    catch (error) { [status, said] = problem(400, "unusable", error.name); }
  }
  response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(said));
});
server.listen(Number(process.argv[2] ?? 0), "127.0.0.1", () => console.log(`http://127.0.0.1:${server.address().port}`));
