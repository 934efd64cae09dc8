/**
 * Replaces `$(NAME)` with the variable's value and `$$` with a dollar sign; a reference to an unknown name is unchanged.
 *
 * Source: Kubernetes documentation, "Define Dependent Environment Variables".
 */
export function expand(text: string, variables: ReadonlyMap<string, string>): string {
  return text.replace(/\$(?:\$|\(([^()]*)\))/g, (all, name: string | undefined) => {
    if (name === undefined) return '$';
    return variables.get(name) ?? all;
  });
}
