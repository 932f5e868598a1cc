import { describe, expect, test } from 'vitest'
import { resolveHome } from './paths.ts'

describe('resolveHome', () => {
  test.each([
    [{ IMPETUS_HOME: '/data/x', HOME: '/h' }, 'linux', '/data/x'],
    [{ HOME: '/h' }, 'linux', '/h/.local/share/impetus'],
    [{ HOME: '/h', XDG_DATA_HOME: '/xdg' }, 'linux', '/xdg/impetus'],
    [{ HOME: '/h', XDG_DATA_HOME: 'relative' }, 'linux', '/h/.local/share/impetus'],
    [{ HOME: '/h', XDG_DATA_HOME: '/xdg' }, 'darwin', '/h/Library/Application Support/Impetus'],
    [{ IMPETUS_HOME: '', HOME: '/h' }, 'linux', '/h/.local/share/impetus'],
  ] as const)('%j on %s is %s', (env, platform, home) => {
    expect(resolveHome(env, platform).home).toBe(home)
  })

  test.each([
    [{}, 'HOME is not set'],
    [{ HOME: '' }, 'HOME is not set'],
    [{ HOME: 'relative' }, 'HOME is not set'],
    [{ IMPETUS_HOME: '~/impetus', HOME: '/h' }, '"~" is not expanded'],
    [{ IMPETUS_HOME: '/a\0b' }, 'zero byte'],
  ])('%j is refused', (env, message) => {
    expect(() => resolveHome(env, 'linux')).toThrow(message)
  })

  test('everything is inside the home', () => {
    const paths = resolveHome({ IMPETUS_HOME: '/one/folder' }, 'linux')
    for (const path of Object.values(paths)) expect(path).toMatch(/^\/one\/folder(\/|$)/)
  })
})
