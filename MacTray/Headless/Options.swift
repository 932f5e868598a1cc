import Foundation
import TrayKit

/// The command line of `impetus-tray`.
struct Options {
    var json = false
    var help = false
    var settings: Keeper.Settings

    static let help = """
        impetus-tray [OPTIONS] [-- CORE …]: keeps Impetus running, as the menu bar does, without one.

          --json              one JSON object a line, for programs
          --failures N        ends in a row after which it gives up (5)
          --backoff MS        before the first restart; doubled each time (500)
          --backoff-cap MS    at most so much (30000)
          --silence MS        without a heartbeat, until the core counts as unresponsive (15000)
          --patience MS       with an unresponsive core, until it is started anew (15000)
          --stability MS      of running, until former ends are forgotten (60000)
          --port N            where the core listens, instead of what the settings say
          --core-option TEXT  a further option for the core; can be given more than once
          --help

        CORE is how the core is started: the program and what comes before its role. By default impetus-core, or impetus,
        beside this program. Commands are read from standard input, one a line: start, start-any-port, stop, restart, menu,
        page NAME, load MODEL, unload MODEL, host JSON, quit. The home is IMPETUS_HOME, as the core has it.
        """

    /// - Throws: `UsageError`
    init(_ arguments: [String], environment: [String: String]) throws {
        guard let home = Home(environment: environment) else {
            throw UsageError("HOME is not set. Set IMPETUS_HOME to a folder of your own.")
        }
        var options: [String] = []
        var limits = Supervisor.Limits()
        var silence: Duration?
        var rest = arguments[...]
        while let name = rest.popFirst(), name != "--" {
            switch name {
            case "--json": json = true
            case "--help", "-h": help = true
            case "--failures": limits.failures = try Self.number(name, &rest)
            case "--backoff": limits.backoff.base = try Self.duration(name, &rest)
            case "--backoff-cap": limits.backoff.cap = try Self.duration(name, &rest)
            case "--silence": silence = try Self.duration(name, &rest)
            case "--patience": limits.patience = try Self.duration(name, &rest)
            case "--stability": limits.stability = try Self.duration(name, &rest)
            case "--port": options += ["--port", String(try Self.number(name, &rest))]
            case "--core-option": options.append(try Self.value(name, &rest))
            default: throw UsageError("There is no option \"\(name)\". See --help.")
            }
        }
        let words = rest.isEmpty ? try Self.coreBesideUs() : Array(rest)
        settings = Keeper.Settings(
            command: CoreCommand(words: words, options: options), home: home,
            environment: CoreCommand.environment(from: environment))
        settings.limits = limits
        if let silence { settings.silence = silence }
    }

    private static func value(_ name: String, _ rest: inout ArraySlice<String>) throws -> String {
        guard let value = rest.popFirst() else { throw UsageError("\(name) needs a value.") }
        return value
    }

    private static func number(_ name: String, _ rest: inout ArraySlice<String>) throws -> Int {
        guard let number = Int(try value(name, &rest)), number >= 0 else {
            throw UsageError("\(name) needs a whole number.")
        }
        return number
    }

    private static func duration(_ name: String, _ rest: inout ArraySlice<String>) throws -> Duration {
        .milliseconds(try number(name, &rest))
    }

    private static func coreBesideUs() throws -> [String] {
        let folder = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath().deletingLastPathComponent()
        for name in ["impetus-core", "impetus"] {
            let path = folder.appendingPathComponent(name).path
            if FileManager.default.isExecutableFile(atPath: path) { return [path] }
        }
        throw UsageError("There is no impetus-core beside this program. Name the core after \"--\".")
    }
}

struct UsageError: Error {
    let message: String
    init(_ message: String) { self.message = message }
}
