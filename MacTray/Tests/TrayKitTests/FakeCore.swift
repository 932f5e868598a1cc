import Foundation
import TestSupport

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// Something on a Unix socket that answers each connection with the next of its texts, and keeps what it was asked.
final class FakeCore: @unchecked Sendable {
    let path = temporaryFolder() + "/s"
    private let lock = NSLock()
    private var answers: [String]
    private var heard: [String] = []
    private let listener: Int32

    init(answers: [String]) {
        self.answers = answers
        listener = boundSocket(path)
        listen(listener, 8)
        Thread.detachNewThread { [self] in while serve() {} }
    }

    var requests: [String] { lock.withLock { heard } }

    /// Refuses connections from now on; those that are open stay.
    func close() {
        _ = shutdown(listener, Int32(SHUT_RDWR))
        unlink(path)
    }

    private func serve() -> Bool {
        let connection = accept(listener, nil, nil)
        guard connection >= 0 else { return false }
        var buffer = [UInt8](repeating: 0, count: 64 * 1024)
        let count = read(connection, &buffer, buffer.count)
        let answer = lock.withLock {
            heard.append(String(decoding: buffer[..<max(0, count)], as: UTF8.self))
            return answers.isEmpty ? nil : answers.removeFirst()
        }
        if let answer {
            let bytes = Array(answer.utf8)
            _ = write(connection, bytes, bytes.count)
        } else {
            // Says nothing and keeps the connection.
            return true
        }
        _ = shutdown(connection, Int32(SHUT_RDWR))
        _ = closeDescriptor(connection)
        return true
    }
}

private func closeDescriptor(_ descriptor: Int32) -> Int32 { close(descriptor) }
