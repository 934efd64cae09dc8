import { usage } from '../cli-error.ts';

/** Shells with a completion script. */
export const SHELLS: readonly string[] = ['bash', 'zsh', 'fish', 'powershell'];

/**
 * The script that makes a shell complete `kubectl-dbg`. For `kubectl dbg` kubectl's own completion calls
 * `kubectl_complete-dbg`, which is in the package. Throws DbgError (usage) for another shell.
 */
export function completionScript(shell: string | undefined): string {
  switch (shell) {
    case 'bash':
      return BASH;
    case 'zsh':
      return ZSH;
    case 'fish':
      return FISH;
    case 'powershell':
      return POWERSHELL;
    default:
      throw usage(
        shell === undefined ? 'no shell is named' : `no script for ${shell}`,
        `Use kubectl dbg completion ${SHELLS.join('|')}`,
      );
  }
}

const BASH = `# kubectl-dbg: completion for bash. Use: source <(kubectl-dbg completion bash)
_kubectl_dbg() {
  local line="\${COMP_LINE:0:COMP_POINT}" current words reply directive prefix word
  # Bash cuts words at = and :, so they are taken from the line itself.
  read -ra words <<<"$line"
  [[ $line == *[[:space:]] ]] && words+=('')
  current="\${words[\${#words[@]}-1]}"
  reply="$("\${words[0]}" __complete "\${words[@]:1}" 2>/dev/null)" || return
  directive="\${reply##*:}"
  reply="\${reply%:*}"
  COMPREPLY=()
  if (( directive & 8 )); then
    local endings="\${reply//$'\\n'/|}"
    while IFS= read -r word; do
      [[ -d $word || \${word##*.} =~ ^(\${endings%|})$ ]] && COMPREPLY+=("$word")
    done < <(compgen -f -- "\${COMP_WORDS[COMP_CWORD]#=}")
    compopt -o filenames 2>/dev/null
    return
  fi
  while IFS= read -r word; do
    word="\${word%%$'\\t'*}"
    [[ -n $word ]] && COMPREPLY+=("$word")
  done <<<"$reply"
  # What bash takes for the current word ends after the last = or :.
  prefix="\${current%"\${current##*[=:]}"}"
  if [[ $prefix == *: ]]; then COMPREPLY=("\${COMPREPLY[@]#"$prefix"}"); fi
  (( directive & 2 )) && compopt -o nospace 2>/dev/null
  if (( \${#COMPREPLY[@]} == 0 && ! (directive & 4) )); then
    compopt -o default 2>/dev/null
  fi
}
complete -F _kubectl_dbg kubectl-dbg
`;

const ZSH = `#compdef kubectl-dbg
# kubectl-dbg: completion for zsh. Use: source <(kubectl-dbg completion zsh)
_kubectl_dbg() {
  local -a lines offers
  local line directive
  lines=("\${(@f)$("\${words[1]}" __complete "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  directive="\${lines[-1]#:}"
  lines=("\${(@)lines[1,-2]}")
  if (( directive & 8 )); then
    _files -g "*.(\${(j:|:)lines})"
    return
  fi
  for line in "\${lines[@]}"; do
    [[ -n $line ]] && offers+=("\${\${line//:/\\\\:}/$'\\t'/:}")
  done
  [[ \${words[CURRENT]} == -*=* ]] && compset -P '*='
  if (( \${#offers} == 0 )); then
    (( directive & 4 )) || _files
    return
  fi
  if (( directive & 2 )); then
    _describe -V 'kubectl-dbg' offers -S ''
  else
    _describe -V 'kubectl-dbg' offers
  fi
}
compdef _kubectl_dbg kubectl-dbg
`;

const FISH = `# kubectl-dbg: completion for fish. Use: kubectl-dbg completion fish | source
function __kubectl_dbg
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l lines ($words[1] __complete $words[2..-1] "$current" 2>/dev/null)
    test (count $lines) -gt 0; or return
    set -l directive (string sub -s 2 -- $lines[-1])
    set -e lines[-1]
    set -l prefix (string match -r -- '^-.*=' $current)
    if test (math "bitand($directive, 8)") -ne 0
        __fish_complete_suffix .yaml .yml .json
        return
    end
    if test (count $lines) -eq 0 -a (math "bitand($directive, 4)") -eq 0
        __fish_complete_path "$current"
        return
    end
    for line in $lines
        echo "$prefix$line"
    end
end
complete -c kubectl-dbg -f -a '(__kubectl_dbg)'
`;

const POWERSHELL = `# kubectl-dbg: completion for PowerShell. Use: kubectl-dbg completion powershell | Out-String | Invoke-Expression
Register-ArgumentCompleter -Native -CommandName 'kubectl-dbg' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $words = @($commandAst.CommandElements | Where-Object { $_.Extent.StartOffset -lt $cursorPosition } |
        ForEach-Object { "$_" })
    if ($wordToComplete -eq '') { $words += '""' }
    $rest = @($words | Select-Object -Skip 1)
    $lines = @(& $words[0] __complete @rest 2>$null)
    if ($lines.Count -eq 0) { return }
    $directive = [int]($lines[-1].Substring(1))
    $prefix = if ($wordToComplete -match '^(-[^=]*=)') { $Matches[1] } else { '' }
    $lines | Select-Object -SkipLast 1 | ForEach-Object {
        $word, $description = $_ -split "\\t", 2
        if (-not $description) { $description = $word }
        $blank = if ($directive -band 2) { '' } else { ' ' }
        [System.Management.Automation.CompletionResult]::new(
            "$prefix$word$blank", $word, 'ParameterValue', $description)
    }
}
`;
