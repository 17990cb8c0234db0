import type { ServiceHealth } from "@portcullis/app-server/contract";
import type { ReactNode } from "react";
import { Card } from "../ui/card.tsx";
import { Notice } from "../ui/notice.tsx";
import { sayBytes, sayShare } from "./health-words.ts";
import "./reads-table.css";

const count = new Intl.NumberFormat();

/** Where the rows came from that checks of tokens needed, since the node was started. */
export function ReadsTable({
  metrics: { reads, near, audit },
  redis,
}: Pick<ServiceHealth, "metrics" | "redis">): ReactNode {
  const total = reads.near + reads.store + reads.postgres;
  const sources = [
    { name: "Memory of the process", rows: reads.near },
    { name: redis === "not_used" ? "Store in the process" : "Redis", rows: reads.store },
    { name: "Postgres", rows: reads.postgres },
  ];
  return (
    <Card title="Rows read" lead="By where they came from, since the node was started.">
      <table className="reads-table">
        <caption className="visually-hidden">Rows read, by source</caption>
        <thead>
          <tr>
            <th scope="col">From</th>
            <th scope="col">Rows</th>
            <th scope="col">Share</th>
          </tr>
        </thead>
        <tbody>
          {sources.map(({ name, rows }) => (
            <tr key={name}>
              <th scope="row">
                {name}
                <progress max={1} value={total === 0 ? 0 : rows / total} aria-hidden />
              </th>
              <td>{count.format(rows)}</td>
              <td>{sayShare(rows, total)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="muted small number">
        In memory now: {count.format(near.rows)} rows, {sayBytes(near.bytes)}.
        {audit.audited > 0 && ` Compared with Postgres: ${count.format(audit.audited)}.`}
      </p>
      {audit.differences > 0 && (
        <Notice tone="bad">
          {count.format(audit.differences)} reads differed from Postgres. This must not be: look
          into the log.
        </Notice>
      )}
    </Card>
  );
}
