"use client";

import { useSession } from "@portcullis/react";
import { useRouter } from "next/navigation";
import { useEffect, useState } from "react";
import { client } from "../lib/client.ts";
import { Field, Form } from "./form.tsx";

export function SignInForm() {
  const router = useRouter();
  const { status } = useSession();

  // The server shows this page to strangers: a session that this tab believes in has been ended.
  useEffect(() => {
    if (client.session.getSnapshot().status !== "signedIn") return;
    client.api.notes.list.query().catch(() => undefined);
  }, []);

  return (
    <>
      {status === "expired" && (
        <p role="status" className="notice">
          Your session was ended. Please sign in again.
        </p>
      )}
      <Form
        action="Sign in"
        submit={async ({ email = "", password = "" }) => {
          await client.api.auth.login.mutate({ email, password });
          router.push("/");
          router.refresh();
        }}
      >
        <Field label="Email" name="email" type="email" autoComplete="username" />
        <Field label="Password" name="password" type="password" autoComplete="current-password" />
      </Form>
    </>
  );
}

export function RegisterForm() {
  const [sentTo, setSentTo] = useState<string>();
  if (sentTo !== undefined) {
    return (
      <p role="status" className="notice">
        Follow the link that was sent to {sentTo}. This example sends no mail: its terminal shows
        it.
      </p>
    );
  }
  return (
    <Form
      action="Create account"
      submit={async ({ email = "", password = "", name = "" }) => {
        await client.api.auth.register.mutate({ email, password, name });
        setSentTo(email);
      }}
    >
      <Field label="Name" name="name" autoComplete="name" />
      <Field label="Email" name="email" type="email" autoComplete="username" />
      <Field
        label="Password"
        name="password"
        type="password"
        autoComplete="new-password"
        hint="At least 15 characters; a few words will do."
      />
    </Form>
  );
}

/** The token came in the fragment, which no server sees. */
export function ConfirmForm() {
  const router = useRouter();
  return (
    <Form
      action="Confirm"
      submit={async ({ password = "" }) => {
        const token = new URLSearchParams(location.hash.slice(1)).get("token") ?? "";
        await client.api.auth.verifyEmail.mutate({ token, password });
        router.push("/sign-in");
      }}
    >
      <Field
        label="Password"
        name="password"
        type="password"
        autoComplete="current-password"
        hint="The one that you have just chosen."
      />
    </Form>
  );
}
