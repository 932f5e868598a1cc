import Foundation

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// One run of the core. Its standard input is a pipe that only this process holds: when this process dies, however it
/// dies, the core reads the end of it and ends too.
///
/// Not Foundation's Process: that needs a run loop's thread on one platform, and hands its descriptors down on another.
final class ChildProcess: @unchecked Sendable {
    let pid: pid_t
    private let lifeline: Int32
    private let lock = NSLock()
    private var isOver = false
    private var isLifelineOpen = true
    /// A pipe is closed-on-exec only a moment after it is made. No other child may start in that moment: one that holds
    /// the writing end of a lifeline would keep a dead tray's core alive.
    private static let spawning = NSLock()

    /// - Parameters:
    ///   - onLine: each whole line of standard output, on a thread of its own
    ///   - onExit: once, when the process is gone
    /// - Throws: `SystemError` where no process could be started
    init(
        command: [String], environment: [String: String], onLine: @escaping @Sendable (String) -> Void,
        onExit: @escaping @Sendable (Exit) -> Void
    ) throws {
        let (pid, input, output, errors) = try Self.spawning.withLock {
            let input = try Pipe(), output = try Pipe(), errors = try Pipe()
            do {
                let pid = try Self.spawn(command, environment, [input.reading, output.writing, errors.writing])
                return (pid, input, output, errors)
            } catch {
                for pipe in [input, output, errors] { pipe.close() }
                throw error
            }
        }
        self.pid = pid
        for descriptor in [input.reading, output.writing, errors.writing] { close(descriptor) }
        lifeline = input.writing
        let said = Lines(output.reading, onLine: onLine)
        let complaint = Lines(errors.reading, onLine: { _ in })
        Thread.detachNewThread { [self] in
            let status = wait()
            lock.withLock {
                isOver = true
                closeLifelineLocked()
            }
            // What it said last is still in the pipes.
            said.finish()
            complaint.finish()
            onExit(Exit(status: status, complaint: complaint.tail))
        }
    }

    func terminate() { signal(SIGTERM) }

    /// With everything it has started in its own process group.
    func kill() {
        lock.withLock {
            guard !isOver else { return }
            _ = sendSignal(-pid, SIGKILL)
            _ = sendSignal(pid, SIGKILL)
        }
    }

    private func signal(_ number: Int32) { lock.withLock { if !isOver { _ = sendSignal(pid, number) } } }

    private func closeLifelineLocked() {
        guard isLifelineOpen else { return }
        isLifelineOpen = false
        close(lifeline)
    }

    private func wait() -> Int32 {
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0, errno == EINTR {}
        return status
    }

    private static func spawn(_ command: [String], _ environment: [String: String], _ descriptors: [Int32]) throws
        -> pid_t
    {
        #if canImport(Darwin)
            var actions: posix_spawn_file_actions_t?
            var attributes: posix_spawnattr_t?
            let closing = Int32(POSIX_SPAWN_CLOEXEC_DEFAULT)
        #else
            var actions = posix_spawn_file_actions_t()
            var attributes = posix_spawnattr_t()
            let closing: Int32 = 0
        #endif
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        for (place, descriptor) in descriptors.enumerated() {
            posix_spawn_file_actions_adddup2(&actions, descriptor, Int32(place))
        }
        // A group of its own: Ctrl-C in a terminal is for us, and we end the core in order. Signals as a fresh process
        // has them: what we ignore or block, it must not.
        var signals = sigset_t(), none = sigset_t()
        sigfillset(&signals)
        sigemptyset(&none)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setpgroup(&attributes, 0)
        let flags = Int32(POSIX_SPAWN_SETPGROUP) | Int32(POSIX_SPAWN_SETSIGDEF) | Int32(POSIX_SPAWN_SETSIGMASK)
        posix_spawnattr_setflags(&attributes, Int16(flags | closing))
        let arguments = CStrings(command)
        let variables = CStrings(environment.map { "\($0)=\($1)" })
        var pid: pid_t = 0
        let code = posix_spawnp(&pid, command[0], &actions, &attributes, arguments.pointers, variables.pointers)
        guard code == 0 else { throw SystemError(call: command[0], code: code) }
        return pid
    }
}

private func sendSignal(_ pid: pid_t, _ number: Int32) -> Int32 { kill(pid, number) }

private struct Pipe {
    let reading: Int32
    let writing: Int32

    /// Neither end goes to other children.
    init() throws {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw SystemError(call: "pipe", code: errno) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        (reading, writing) = (ends[0], ends[1])
    }

    func close() {
        for end in [reading, writing] { _ = closeDescriptor(end) }
    }
}

private func closeDescriptor(_ descriptor: Int32) -> Int32 { close(descriptor) }

/// The arguments of `exec`, for as long as this lives.
private final class CStrings {
    let pointers: [UnsafeMutablePointer<CChar>?]

    init(_ strings: [String]) { pointers = strings.map { strdup($0) } + [nil] }

    deinit { for pointer in pointers { free(pointer) } }
}

/// Reads a pipe on a thread of its own until it ends, so that the writer never waits; keeps the last of it.
private final class Lines: @unchecked Sendable {
    private let ended = DispatchSemaphore(value: 0)
    private let lock = NSLock()
    private var kept = Data()
    private static let most = 16 * 1024

    init(_ descriptor: Int32, onLine: @escaping @Sendable (String) -> Void) {
        Thread.detachNewThread { [self] in
            var buffer = [UInt8](repeating: 0, count: 8192)
            var line = Data()
            while true {
                let count = read(descriptor, &buffer, buffer.count)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { break }
                keep(buffer[..<count])
                for byte in buffer[..<count] where line.count < Self.most {
                    if byte != 0x0A {
                        line.append(byte)
                        continue
                    }
                    onLine(String(decoding: line, as: UTF8.self))
                    line.removeAll(keepingCapacity: true)
                }
            }
            close(descriptor)
            ended.signal()
        }
    }

    /// Waits for the end of the pipe, which comes with the process's, unless something it started holds it open.
    func finish() { _ = ended.wait(timeout: .now() + .milliseconds(500)) }

    var tail: String { lock.withLock { String(decoding: kept, as: UTF8.self) } }

    private func keep(_ bytes: ArraySlice<UInt8>) {
        lock.withLock {
            kept += bytes
            if kept.count > Self.most { kept = Data(kept.suffix(Self.most)) }
        }
    }
}

extension Exit {
    /// From what `waitpid` says, and the core's last line: with `--json` that is `{"error":{"message":…}}`.
    init(status: Int32, complaint: String) {
        let signal = status & 0x7F
        self.init(
            code: signal == 0 ? (status >> 8) & 0xFF : 128 + signal, signal: signal == 0 ? nil : signal,
            message: Self.message(in: complaint))
    }

    static func message(in complaint: String) -> String? {
        struct Line: Decodable {
            struct Problem: Decodable { let message: String }
            let error: Problem
        }
        let lines = complaint.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
        for line in lines.reversed() {
            if let line = try? JSONDecoder().decode(Line.self, from: Data(line.utf8)) { return line.error.message }
        }
        return lines.last { !$0.isEmpty }.map { String($0.prefix(500)) }
    }
}
