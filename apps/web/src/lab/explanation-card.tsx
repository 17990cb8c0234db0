import type { LabDescription } from "@portcullis/app-server/contract";
import type { ReactNode } from "react";
import { Card } from "../ui/card.tsx";
import { comparedCount, deviceCount } from "./lab-nodes.ts";

/** What one sees, why it is so, and what it does not show. */
export function ExplanationCard({
  description: { leaseMs, accessTokenTtlSeconds, nodes, control },
}: {
  readonly description: LabDescription;
}): ReactNode {
  const leaseSeconds = leaseMs / 1_000;
  return (
    <Card title="What you see, and why">
      <div className="prose">
        <p>
          {deviceCount} devices of one account are signed in, each with a session of its own
          {nodes.length > 1 && `, spread over ${nodes.length} nodes`}. Each calls a protected
          procedure about every 100 ms and holds a live subscription. The tokens of {comparedCount}{" "}
          of them go to two more checks as well. Ten seconds after the log-out all of them slow down
          to a call a second.
        </p>
        <p>
          A device calls through the SDK, as an app does. Once the SDK knows that its session is
          over it drops the token; the page has kept a copy and goes on sending it, as a thief
          would.
        </p>
        <p>
          Only calls that <strong>began after</strong> the log-out call had returned count, by the
          clock of this page. A call that was under way at that moment may come out either way, and
          is neither for nor against the promise. Some are refused even before: the tokens are
          revoked at the commit, and the call that did it needs a moment more to return.
        </p>
        <p>
          A token carries a version of its user. Logging out everywhere raises the version in
          Postgres, and waits until no process keeps the old row in memory. So a check costs no
          query, and yet none of them can be behind. A stateless check looks at nothing but the
          token, so it goes on for up to {accessTokenTtlSeconds / 60} minutes. A cache that is not
          told goes on for as long as it remembers.
        </p>
        <h3>Its limits</h3>
        <ul>
          <li>
            The log-out pays for it: it waits for Redis and for every other process. When one of
            them does not answer it may take a lease ({leaseSeconds} s here), or two.
          </li>
          <li>
            If it comes back with an error, nothing is promised: it may have happened or not.
            Without Postgres nobody can be logged out, and after a lease without it no token is
            accepted.
          </li>
          <li>What a call had begun before it was refused elsewhere is not undone.</li>
          <li>
            This page sees what one browser sees. That it holds under load, with clocks that jump
            and servers that fail over, is what the project's tests are for.
          </li>
          {control === null && (
            <li>
              Here nothing fails. <code>pnpm lab</code> starts three nodes with a Postgres and a
              Redis that you can pause, kill and flush from this page.
            </li>
          )}
          <li>Browsers slow hidden pages down: keep this one in sight.</li>
        </ul>
      </div>
    </Card>
  );
}
