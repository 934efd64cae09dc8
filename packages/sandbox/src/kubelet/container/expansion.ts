/**
 * Replaces `$(NAME)` by the variable's value; `$$` is a dollar sign, and an unknown name stays as it is.
 *
 * Source: Kubernetes documentation, "Define Dependent Environment Variables".
 */
export function expand(text: string, variables: ReadonlyMap<string, string>): string {
  return text.replace(/\$(?:\$|\(([^()]*)\))/g, (all, name: string | undefined) => {
    if (name === undefined) return '$';
    return variables.get(name) ?? all;
  });
}
