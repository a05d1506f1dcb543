// Puts the API's words about wrong inputs beside the inputs.

import { problemFrom } from '../api/client.ts';

type Form = { setErrors: (errors: Record<string, string>) => void };

/** Call it where a form's request was refused; the refusal as a whole is shown besides. */
export function withFieldErrors(form: Form, error: unknown): void {
  const fields = problemFrom(error).fields ?? [];
  form.setErrors(Object.fromEntries(fields.map((field) => [field.name, field.message])));
}
