// Buttons on records, to which automations react.

import { api } from "../core/api.js";
import { confirmed } from "../core/dialog.js";
import { t } from "../core/i18n.js";
import { complain, toast } from "../core/toast.js";

export async function press(model, record, column) {
  const question = column.config?.confirm;
  if (question && !await confirmed({ title: column.name, text: question, action: column.config.label || column.name })) return;
  try {
    await api.post(`${model.path}/records/${record.id}/press/${column.key}`);
    toast(t("{button}: pressed.", { button: column.config?.label || column.name }), { kind: "good" });
  } catch (error) { complain(error); }
}
