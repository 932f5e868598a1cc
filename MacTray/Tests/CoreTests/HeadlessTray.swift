import Foundation
import TestSupport
import Testing

@testable import TrayKit

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// Where the project's files are, and what the tests start.
enum Project {
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().path
    static let tray = root + "/.build/debug/impetus-tray"
    /// Node 26, from the dependencies.
    static let node = root + "/node_modules/.bin/node"
    /// A copy of the build that was the newest one when the tests began: somebody may build others meanwhile, and old ones
    /// are removed then. It lies beside them, because the core finds the rest of the project from where it lies.
    static let build: String = {
        let newest = URL(fileURLWithPath: root + "/build/core").resolvingSymlinksInPath().path
        let copy = root + "/build/swift-tests"
        try? FileManager.default.removeItem(atPath: copy)
        do { try FileManager.default.copyItem(atPath: newest, toPath: copy) } catch { fatalError("npm run build: \(error)") }
        return copy
    }()
    static let core = [node, build + "/main.js"]
}

/// Whether the process lives. One that has ended and that nobody has asked after is gone too.
func isAlive(_ pid: Int32) -> Bool {
    #if os(Linux)
        guard let text = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8) else { return false }
        return !text[(text.lastIndex(of: ")") ?? text.startIndex)...].hasPrefix(") Z")
    #else
        return kill(pid, 0) == 0
    #endif
}

extension Process {
    /// `isRunning` waits for a run loop on Linux that a test does not turn.
    var isStillThere: Bool { isRunning && isAlive(processIdentifier) }
}

/// Something the tray said.
struct Said: @unchecked Sendable {
    let values: [String: Any]

    /// The core's state, where this line is about it.
    var core: String? { values["core"] as? String }
    var pid: Int32? { (values["pid"] as? NSNumber)?.int32Value }
    func text(_ name: String) -> String { values[name] as? String ?? "" }
    func number(_ name: String) -> Int { (values[name] as? NSNumber)?.intValue ?? -1 }
    func flag(_ name: String) -> Bool { (values[name] as? NSNumber)?.boolValue ?? false }
}

/// `impetus-tray`, started as somebody starts it, in a home of its own.
final class HeadlessTray: @unchecked Sendable {
    let home: String
    private let process = Process()
    private let input = Pipe()
    private let lock = NSLock()
    private var lines: [Said] = []
    private var pending = Data()
    /// What `expect` has not looked at yet.
    private var cursor = 0

    init(
        home: String = temporaryFolder(), options: [String] = [], core: [String] = Project.core,
        coreOptions: [String] = ["--engine", "scripted"], port: Int = 0, environment: [String: String] = [:]
    ) throws {
        self.home = home
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: Project.tray)
        process.arguments =
            ["--json", "--port", String(port)] + options + coreOptions.flatMap { ["--core-option", $0] } + ["--"] + core
        process.environment = ["PATH": "/usr/bin:/bin", "HOME": home, "IMPETUS_HOME": home].merging(environment) { $1 }
        process.standardInput = input
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        output.fileHandleForReading.readabilityHandler = { [weak self] handle in
            let data = handle.availableData
            if data.isEmpty { handle.readabilityHandler = nil } else { self?.take(data) }
        }
        try process.run()
    }

    deinit { if isRunning { kill(process.processIdentifier, SIGKILL) } }

    var pid: Int32 { process.processIdentifier }
    var isRunning: Bool { process.isStillThere }
    var client: CoreClient { CoreClient(socketPath: home + "/impetus.sock") }
    var all: [Said] { lock.withLock { lines } }

    private func take(_ data: Data) {
        lock.withLock {
            pending += data
            while let end = pending.firstIndex(of: 0x0A) {
                let line = pending[pending.startIndex..<end]
                pending = Data(pending[pending.index(after: end)...])
                guard let values = try? JSONSerialization.jsonObject(with: Data(line)) as? [String: Any] else { continue }
                lines.append(Said(values: values))
            }
        }
    }

    func say(_ text: String) { try? input.fileHandleForWriting.write(contentsOf: Data("\(text)\n".utf8)) }

    /// The next line that fits, past the one found last.
    @discardableResult
    func expect(
        _ what: String, within limit: Duration = .seconds(30), sourceLocation: SourceLocation = #_sourceLocation,
        _ fits: (Said) -> Bool
    ) async throws -> Said {
        let end = ContinuousClock.now + limit
        while true {
            let found = lock.withLock { () -> Said? in
                while cursor < lines.count {
                    cursor += 1
                    if fits(lines[cursor - 1]) { return lines[cursor - 1] }
                }
                return nil
            }
            if let found { return found }
            guard ContinuousClock.now < end else { break }
            try await Task.sleep(for: .milliseconds(10))
        }
        let last = all.suffix(4).map { "\($0.values)" }.joined(separator: "\n")
        Issue.record("Not within \(limit): \(what). The last it said:\n\(last)", sourceLocation: sourceLocation)
        throw CancellationError()
    }

    /// The next time that the core is in this state.
    @discardableResult
    func expect(
        core: String, within limit: Duration = .seconds(30), sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> Said {
        try await expect("core \(core)", within: limit, sourceLocation: sourceLocation) { $0.core == core }
    }

    /// Every state of the core so far, repetitions (a process that got its number) joined.
    var states: [String] {
        all.compactMap(\.core).reduce(into: []) { if $0.last != $1 { $0.append($1) } }
    }

    /// Ends it as a person does, and waits.
    func quit() async throws {
        say("quit")
        try await gone()
    }

    func gone(within limit: Duration = .seconds(40)) async throws {
        let end = ContinuousClock.now + limit
        while isRunning, ContinuousClock.now < end { try await Task.sleep(for: .milliseconds(20)) }
        #expect(!isRunning)
    }
}
