// Manifests of a release for package managers: pure functions of its version and archives.

const REPOSITORY = 'https://github.com/kubectl-dbg/kubectl-dbg';
const SUMMARY = 'Debug pods, copies of pods and nodes';

/** `target` is Bun's name, `os` and `arch` are Go's, which krew and the archives' names use. */
export const PLATFORMS = [
  { target: 'linux-x64', os: 'linux', arch: 'amd64', program: 'kubectl-dbg' },
  { target: 'linux-arm64', os: 'linux', arch: 'arm64', program: 'kubectl-dbg' },
  { target: 'darwin-x64', os: 'darwin', arch: 'amd64', program: 'kubectl-dbg' },
  { target: 'darwin-arm64', os: 'darwin', arch: 'arm64', program: 'kubectl-dbg' },
  { target: 'windows-x64', os: 'windows', arch: 'amd64', program: 'kubectl-dbg.exe' },
  { target: 'windows-arm64', os: 'windows', arch: 'arm64', program: 'kubectl-dbg.exe' },
];

/**
 * The manifest for the krew index (https://krew.sigs.k8s.io/docs/developer-guide/plugin-manifest/).
 *
 * @param {string} version
 * @param {{ platform: (typeof PLATFORMS)[number], file: string, sha256: string }[]} archives
 */
export function krewManifest(version, archives) {
  const platforms = archives.map(
    ({ platform: { os, arch, program }, file, sha256 }) => `    - selector:
        matchLabels:
          os: ${os}
          arch: ${arch}
      uri: ${address(version, file)}
      sha256: "${sha256}"
      bin: ${program}
      files:
        - from: ${program}
          to: .
        - from: LICENSE
          to: .
`,
  );
  return `apiVersion: krew.googlecontainertools.github.com/v1alpha2
kind: Plugin
metadata:
  name: dbg
spec:
  version: v${version}
  homepage: ${REPOSITORY}
  shortDescription: ${SUMMARY}
  description: |
    A drop-in for kubectl debug: delivers all output of a command and its exit
    code, chooses the target container, removes what it made, and says why when
    something can't start. Also one command in every pod of a selection, and a
    diagnosis of pods that do not run.
  platforms:
${platforms.join('')}`;
}

/** The formula for a Homebrew tap, without the Windows archives. */
export function homebrewFormula(version, archives) {
  const systems = [
    ['darwin', 'on_macos'],
    ['linux', 'on_linux'],
  ].flatMap(([os, block]) => {
    const own = archives.filter(({ platform }) => platform.os === os);
    if (own.length === 0) return [];
    const parts = own.map(
      ({ platform, file, sha256 }) => `    ${platform.arch === 'arm64' ? 'on_arm' : 'on_intel'} do
      url "${address(version, file)}"
      sha256 "${sha256}"
    end
`,
    );
    return [`  ${block} do\n${parts.join('')}  end\n`];
  });
  return `class KubectlDbg < Formula
  desc "${SUMMARY}"
  homepage "${REPOSITORY}"
  version "${version}"
  license "Apache-2.0"

${systems.join('\n')}
  def install
    bin.install "kubectl-dbg"
    bin.install_symlink "kubectl-dbg" => "kubectl_complete-dbg"
    man1.install "kubectl-dbg.1"
    bash_completion.install "completions/kubectl-dbg.bash" => "kubectl-dbg"
    zsh_completion.install "completions/_kubectl-dbg"
    fish_completion.install "completions/kubectl-dbg.fish"
  end

  test do
    assert_match version.to_s, shell_output("#{bin}/kubectl-dbg --version")
  end
end
`;
}

function address(version, file) {
  return `${REPOSITORY}/releases/download/v${version}/${file}`;
}
