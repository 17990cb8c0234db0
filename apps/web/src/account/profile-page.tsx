import { useSignedInUser } from "@portcullis/react";
import { renameInput } from "@portcullis/server/inputs";
import { Link } from "@tanstack/react-router";
import { BadgeCheck } from "lucide-react";
import type { ReactNode } from "react";
import { client, trpc } from "../client.ts";
import { Form } from "../forms/form.tsx";
import { fieldProps, useAppForm } from "../forms/use-app-form.ts";
import { queryClient } from "../query-client.ts";
import { Badge } from "../ui/badge.tsx";
import { Card } from "../ui/card.tsx";
import { Fact, Facts } from "../ui/facts.tsx";
import { TextField } from "../ui/field.tsx";
import { Page } from "../ui/page.tsx";
import { showToast } from "../ui/show-toast.ts";
import "./account.css";

export function ProfilePage(): ReactNode {
  const user = useSignedInUser();
  return (
    <Page title="Profile" lead="Who you are here, and what others see of you.">
      <div className="account">
        <NameCard name={user.name} />
        <Card title="Account">
          <Facts>
            <Fact name="Email">
              {user.email}
              {user.emailVerified ? (
                <Badge tone="good">
                  <BadgeCheck aria-hidden size="1em" /> Verified
                </Badge>
              ) : (
                <Badge tone="warn">Not verified</Badge>
              )}
            </Fact>
            <Fact name="Role">{user.role}</Fact>
            <Fact name="Id">
              <code>{user.id}</code>
            </Fact>
          </Facts>
          <p className="muted small">
            Another email or password? <Link to="/account/security">Change it under Security.</Link>
          </p>
        </Card>
      </div>
    </Page>
  );
}

function NameCard({ name }: { readonly name: string }): ReactNode {
  const { form, onSubmit, isBusy, problem } = useAppForm({
    schema: renameInput,
    defaultValues: { name },
    async submit(values) {
      const renamed = await client.api.auth.account.rename.mutate(values);
      form.reset({ name: renamed.name });
      showToast("Your name is changed.");
      // Posts show it too.
      await queryClient.invalidateQueries(trpc.posts.pathFilter());
    },
  });
  return (
    <Card title="Name" lead="It stands beside your posts.">
      <Form onSubmit={onSubmit} action="Save name" isBusy={isBusy} problem={problem}>
        <TextField label="Name" autoComplete="name" {...fieldProps(form, "name")} />
      </Form>
    </Card>
  );
}
