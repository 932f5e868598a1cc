import process from 'node:process'
import { setFlagsFromString } from 'node:v8'

// While a program loads, hardly anything that it makes is young for long, and V8 would take 10 MB for the young all the
// same (resident: 8 MB of 100, in the core and in every runner). It grows as usual once there is work.
setFlagsFromString('--semi-space-growth-factor=1')
setTimeout(() => setFlagsFromString('--semi-space-growth-factor=2'), 5000).unref()

/*
 * One program, several roles, chosen by the first argument. Each role loads its own rooms only: a runner never sees
 * the web server, and `impetus status` starts neither.
 */
async function main(args: readonly string[]): Promise<number> {
  switch (args[0]) {
    case 'runner': {
      const { runRunner } = await import('./engine/runner/main.ts')
      await runRunner()
      return 0
    }
    case 'inspector': {
      const { runInspector } = await import('./engine/inspector/main.ts')
      await runInspector()
      return 0
    }
    case 'converter': {
      const { runConverter } = await import('./conversion/child/main.ts')
      const { startLifeline } = await import('./engine/lifeline.ts')
      await runConverter(args.slice(1), startLifeline)
      return 0
    }
    case 'engine-check': {
      const { checkEngine } = await import('./engine/runner/check.ts')
      await checkEngine()
      return 0
    }
    default: {
      const { runCli } = await import('./cli/cli.ts')
      return await runCli(args, {
        serve: () => import('./serve.ts'),
        tools: {
          findPortHolder: async port => (await import('./http/port.ts')).findPortHolder(port),
          checkSettings: async (path, env) =>
            (await import('./settings/doctor.ts')).examineSettings(path, env),
          checkEngine: async () => (await import('./compose/check-engine.ts')).checkEngine(),
        },
      })
    }
  }
}

process.exitCode = await main(process.argv.slice(2))
