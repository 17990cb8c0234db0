import { standardSchemaResolver } from "@hookform/resolvers/standard-schema";
import { isPortcullisError } from "@portcullis/client";
import type { ErrorCode } from "@portcullis/server";
import {
  useForm,
  type DefaultValues,
  type FieldValues,
  type Path,
  type UseFormReturn,
} from "react-hook-form";
import { errorText } from "./error-text.ts";

type SchemaOf<Values extends FieldValues> = Parameters<
  typeof standardSchemaResolver<Values, unknown, FieldValues>
>[0];

type FieldOfReason<Values extends FieldValues> = {
  readonly [Reason in ErrorCode]?: Path<Values>;
};

/** A form whose fields are checked by the schema of the procedure that it calls. */
export interface AppForm<Values extends FieldValues> {
  readonly form: UseFormReturn<Values>;
  readonly onSubmit: (event: React.FormEvent) => void;
  readonly isBusy: boolean;
  /** What went wrong that no field is to blame for. */
  readonly problem: string | undefined;
}

/**
 * Fields are checked when the form is sent, and from then on while one types. What only the server
 * knows comes to stand beside its field as well.
 */
export function useAppForm<Values extends FieldValues>({
  schema,
  defaultValues,
  submit,
  fieldOf = {},
  textOf = errorText,
}: {
  readonly schema: SchemaOf<Values>;
  readonly defaultValues: DefaultValues<Values>;
  readonly submit: (values: Values) => Promise<unknown>;
  /** The fields that refusals of the server are about, by their reason. */
  readonly fieldOf?: FieldOfReason<Values>;
  /** What a refusal is called where the usual words do not fit. */
  readonly textOf?: (error: unknown) => string;
}): AppForm<Values> {
  const form = useForm<Values>({
    resolver: standardSchemaResolver(schema, undefined, { raw: true }),
    defaultValues,
    mode: "onSubmit",
    reValidateMode: "onChange",
  });
  const { errors, isSubmitting } = form.formState;

  async function send(values: Values): Promise<void> {
    try {
      await submit(values);
    } catch (error) {
      showRefusal(form, error, fieldOf, textOf);
    }
  }

  return {
    form,
    onSubmit: (event) => void form.handleSubmit(send)(event),
    isBusy: isSubmitting,
    problem: errors.root?.["server"]?.message,
  };
}

function showRefusal<Values extends FieldValues>(
  form: UseFormReturn<Values>,
  error: unknown,
  fieldOf: FieldOfReason<Values>,
  textOf: (error: unknown) => string,
): void {
  const issues =
    isPortcullisError(error) && error.data.reason === "input_invalid"
      ? (error.data.issues ?? [])
      : [];
  const known = issues.filter(({ path }) => path in form.getValues());
  for (const { path, message } of known) form.setError(path as Path<Values>, { message });
  if (known.length > 0) return;
  const message = textOf(error);
  const field = isPortcullisError(error) ? fieldOf[error.data.reason] : undefined;
  if (field === undefined) form.setError("root.server", { message });
  else form.setError(field, { message }, { shouldFocus: true });
}

/** What connects an input with a field of a form. */
export function fieldProps<Values extends FieldValues>(
  form: UseFormReturn<Values>,
  name: Path<Values>,
) {
  const problem = form.getFieldState(name, form.formState).error?.message;
  return { ...form.register(name), problem };
}
