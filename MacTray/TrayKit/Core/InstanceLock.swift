import Foundation

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// One menu bar for a home. The kernel drops the lock with its process, however that ends.
public final class InstanceLock: Sendable {
    /// Tells the first one that a second was started: it shows itself.
    public static let showSignal = SIGUSR1

    private let descriptor: Int32

    private init(descriptor: Int32) { self.descriptor = descriptor }

    deinit { close(descriptor) }

    public enum Outcome: Sendable {
        case first(InstanceLock)
        /// Another one has it; its process where that could be read.
        case second(pid: Int32?)
    }

    /// Makes the home, where it is not there, and takes its lock. Where another menu bar has it, that one is told to show
    /// itself.
    /// - Throws: where the home cannot be made or written
    public static func take(_ home: Home) throws -> Outcome {
        try FileManager.default.createDirectory(
            atPath: home.path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        let outcome = try acquire(path: home.trayLock)
        if case .second(let pid?) = outcome { kill(pid, showSignal) }
        return outcome
    }

    /// - Throws: `SystemError` where the file cannot be made
    static func acquire(path: String) throws -> Outcome {
        // Close-on-exec: a child that inherited the descriptor would keep the lock after we are gone.
        let descriptor = open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw SystemError(call: path, code: errno) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            defer { close(descriptor) }
            return .second(pid: holder(descriptor))
        }
        ftruncate(descriptor, 0)
        let text = Array("\(getpid())\n".utf8)
        _ = pwrite(descriptor, text, text.count, 0)
        return .first(InstanceLock(descriptor: descriptor))
    }

    private static func holder(_ descriptor: Int32) -> Int32? {
        var buffer = [UInt8](repeating: 0, count: 32)
        let count = pread(descriptor, &buffer, buffer.count, 0)
        guard count > 0 else { return nil }
        return Int32(String(decoding: buffer[..<count], as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines))
    }
}
