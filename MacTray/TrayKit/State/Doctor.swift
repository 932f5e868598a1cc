import Foundation

/// `impetus doctor`, from the menu.
public enum Doctor {
    /// What it says, and of a core that cannot be started why.
    public static func run(_ command: CoreCommand, environment: [String: String]) async -> String {
        let said = Said()
        return await withCheckedContinuation { continuation in
            do {
                _ = try ChildProcess(
                    command: command.words + ["doctor"], environment: environment, onLine: { said.add($0) },
                    onExit: { exit in continuation.resume(returning: said.text.isEmpty ? exit.reason : said.text) })
            } catch {
                continuation.resume(returning: "\(error)")
            }
        }
    }

    private final class Said: @unchecked Sendable {
        private let lock = NSLock()
        private var lines: [String] = []

        func add(_ line: String) { lock.withLock { lines.append(line) } }
        var text: String { lock.withLock { lines.joined(separator: "\n") } }
    }
}
