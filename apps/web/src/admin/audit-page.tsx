import { useQueryClient } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { RefreshCw } from "lucide-react";
import { useState, type ReactNode } from "react";
import { trpc } from "../client.ts";
import { errorText } from "../forms/error-text.ts";
import { Button } from "../ui/button.tsx";
import { Card } from "../ui/card.tsx";
import { TextField } from "../ui/field.tsx";
import { Page } from "../ui/page.tsx";
import { AuditList } from "./audit-list.tsx";
import { isUserId } from "./list-search.ts";
import { UserName } from "./user-name.tsx";
import "./audit-page.css";

const route = getRouteApi("/signed-in/admin/audit");

export function AuditPage(): ReactNode {
  const { user } = route.useSearch();
  const queries = useQueryClient();
  return (
    <Page
      title="Audit log"
      lead="What happened that matters for security, the newest first. Nothing here can be changed."
      actions={
        <Button onClick={() => void queries.invalidateQueries(trpc.auth.admin.pathFilter())}>
          <RefreshCw aria-hidden />
          Look again
        </Button>
      }
    >
      {user === undefined ? <ChooseUser /> : <ChosenUser userId={user} />}
      <Card>
        <AuditList key={user} userId={user} />
      </Card>
    </Page>
  );
}

function ChosenUser({ userId }: { readonly userId: string }): ReactNode {
  const navigate = route.useNavigate();
  return (
    <div className="audit-filter__chosen">
      <span>
        Only of <UserName userId={userId} />
      </span>
      <Button size="small" onClick={() => void navigate({ search: {} })}>
        Show all
      </Button>
    </div>
  );
}

/** Takes what an admin has at hand: an id, or an email, of which the id is looked up. */
function ChooseUser(): ReactNode {
  const navigate = route.useNavigate();
  const queries = useQueryClient();
  const [text, setText] = useState("");
  const [problem, setProblem] = useState<string>();
  const [isBusy, setBusy] = useState(false);

  async function choose(wanted: string): Promise<void> {
    setBusy(true);
    try {
      const userId = isUserId(wanted) ? wanted : await findByEmail(wanted);
      if (userId === undefined) setProblem("No user has this email.");
      else await navigate({ search: { user: userId } });
    } catch (error) {
      setProblem(errorText(error));
    } finally {
      setBusy(false);
    }
  }

  async function findByEmail(email: string): Promise<string | undefined> {
    const { users } = await queries.fetchQuery(
      trpc.auth.admin.users.list.queryOptions({ search: email, limit: 100 }),
    );
    return users.find((user) => user.email === email)?.id;
  }

  return (
    <form
      className="audit-filter"
      onSubmit={(event) => {
        event.preventDefault();
        const wanted = text.trim().toLowerCase();
        if (wanted === "") setProblem("Enter the email or the id of a user.");
        else void choose(wanted);
      }}
    >
      <TextField
        label="Only of one user"
        placeholder="Their email or id"
        autoComplete="off"
        maxLength={100}
        value={text}
        problem={problem}
        onChange={(event) => {
          setText(event.currentTarget.value);
          setProblem(undefined);
        }}
      />
      <Button type="submit" isBusy={isBusy}>
        Filter
      </Button>
    </form>
  );
}
