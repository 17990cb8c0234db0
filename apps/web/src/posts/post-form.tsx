import { bodyMaxCodePoints, createPostInput } from "@portcullis/app-server/inputs";
import { useEffect, type ReactNode } from "react";
import { Form } from "../forms/form.tsx";
import { fieldProps, useAppForm } from "../forms/use-app-form.ts";
import { Button } from "../ui/button.tsx";
import { Card } from "../ui/card.tsx";
import { TextArea, TextField } from "../ui/field.tsx";
import { clearDraft, keepDraft, readDraft, type Draft } from "./draft.ts";

const number = new Intl.NumberFormat();

/** The title and the text of a post. What is written is kept as a draft until it is published. */
export function PostForm({
  draftKey,
  published,
  action,
  onSubmit,
  onCancel,
}: {
  readonly draftKey: string;
  /** What the fields have where there is no draft. */
  readonly published: Draft;
  readonly action: string;
  readonly onSubmit: (text: Draft) => void;
  readonly onCancel: () => void;
}): ReactNode {
  const { title: oldTitle, body: oldBody } = published;
  const form = useAppForm<{ title: string; body: string }>({
    schema: createPostInput,
    defaultValues: readDraft(draftKey) ?? { title: oldTitle, body: oldBody },
    // What the server says of it is told by who sends it: the page has moved on by then.
    submit: (text) => Promise.resolve(onSubmit(text)),
  });
  const { watch } = form.form;
  useEffect(() => {
    const { unsubscribe } = watch(({ title = "", body = "" }) => {
      if (title === oldTitle && body === oldBody) clearDraft(draftKey);
      else keepDraft(draftKey, { title, body });
    });
    return unsubscribe;
  }, [watch, draftKey, oldTitle, oldBody]);

  const length = [...watch("body")].length;
  return (
    <Card>
      <Form
        onSubmit={form.onSubmit}
        action={action}
        isBusy={form.isBusy}
        problem={form.problem}
        more={
          <Button
            variant="quiet"
            onClick={() => {
              clearDraft(draftKey);
              onCancel();
            }}
          >
            Discard
          </Button>
        }
      >
        <TextField label="Title" autoComplete="off" {...fieldProps(form.form, "title")} />
        <TextArea
          label="Text"
          rows={12}
          hint={
            <span className="number">
              {number.format(length)} of {number.format(bodyMaxCodePoints)} characters
            </span>
          }
          {...fieldProps(form.form, "body")}
        />
      </Form>
    </Card>
  );
}
