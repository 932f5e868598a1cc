import Foundation

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// What the operating system said no to.
public struct SystemError: Error, Equatable, CustomStringConvertible {
    public let call: String
    public let code: Int32

    public var description: String { "\(call): \(String(cString: strerror(code)))" }

    /// Nobody listens at the socket's path.
    public var isNobodyThere: Bool { call == "connect" && (code == ECONNREFUSED || code == ENOENT) }
    /// Nothing came in the time that was given.
    public var isTimeout: Bool { code == EAGAIN || code == EWOULDBLOCK }
}

/// A connected stream socket of the file system. Reads and writes block on a queue of its own: a menu bar holds one or
/// two of these, and a thread that sleeps in the kernel costs nothing while it waits.
final class UnixSocket: @unchecked Sendable {
    private let descriptor: Int32
    private let queue = DispatchQueue(label: "impetus.socket")

    /// - Parameter timeout: for connecting and for each read and write; a read that times out can be tried again.
    /// - Throws: `SystemError`
    init(path: String, timeout: Duration) throws {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        // macOS has 104 bytes for the path with its closing zero, Linux 108.
        guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else {
            throw SystemError(call: "connect", code: ENAMETOOLONG)
        }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        descriptor = try Self.open()
        Self.setTimeout(timeout, of: descriptor)
        let length = socklen_t(MemoryLayout<sockaddr_un>.size)
        let status = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, length) }
        }
        guard status == 0 else { throw SystemError(call: "connect", code: errno) }
    }

    // Runs when no read or write can be using the descriptor: both hold `self`.
    deinit { close(descriptor) }

    private static func open() throws -> Int32 {
        #if canImport(Darwin)
            let descriptor = socket(AF_UNIX, SOCK_STREAM, 0)
        #else
            let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        #endif
        guard descriptor >= 0 else { throw SystemError(call: "socket", code: errno) }
        #if canImport(Darwin)
            _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
            var on: Int32 = 1
            setsockopt(descriptor, SOL_SOCKET, SO_NOSIGPIPE, &on, socklen_t(MemoryLayout<Int32>.size))
        #endif
        return descriptor
    }

    private static func setTimeout(_ timeout: Duration, of descriptor: Int32) {
        let (seconds, attoseconds) = timeout.components
        var value = timeval(tv_sec: .init(seconds), tv_usec: .init(attoseconds / 1_000_000_000_000))
        let size = socklen_t(MemoryLayout<timeval>.size)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &value, size)
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &value, size)
    }

    /// Ends both directions; a read or write under way returns at once.
    func shutDown() { _ = shutdown(descriptor, Int32(SHUT_RDWR)) }

    func write(_ data: Data) async throws {
        try await blocking { [descriptor] in
            #if canImport(Darwin)
                let flags: Int32 = 0
            #else
                let flags = Int32(MSG_NOSIGNAL)
            #endif
            try data.withUnsafeBytes { buffer in
                var sent = 0
                while sent < buffer.count {
                    let count = send(descriptor, buffer.baseAddress! + sent, buffer.count - sent, flags)
                    if count < 0, errno == EINTR { continue }
                    guard count >= 0 else { throw SystemError(call: "send", code: errno) }
                    sent += count
                }
            }
        }
    }

    /// The next bytes, or nil at the end.
    func read(upTo limit: Int = 64 * 1024) async throws -> Data? {
        try await blocking { [descriptor] in
            try Data(unsafeUninitializedCapacity: limit) { buffer -> Int in
                while true {
                    let count = recv(descriptor, buffer.baseAddress!, limit, 0)
                    if count < 0, errno == EINTR { continue }
                    guard count >= 0 else { throw SystemError(call: "recv", code: errno) }
                    return count
                }
            }
        }
    }

    private func blocking<T: Sendable>(_ work: @escaping @Sendable () throws -> T) async throws -> T {
        try await withTaskCancellationHandler {
            try Task.checkCancellation()
            let value: T = try await withCheckedThrowingContinuation { continuation in
                // Holds `self`, so the descriptor stays open until the call is back.
                queue.async { [self] in continuation.resume(with: Result { try withExtendedLifetime(self, work) }) }
            }
            try Task.checkCancellation()
            return value
        } onCancel: {
            shutDown()
        }
    }
}

extension Data {
    /// Nil where nothing was put into it.
    fileprivate init?(unsafeUninitializedCapacity limit: Int, _ fill: (UnsafeMutableRawBufferPointer) throws -> Int)
        rethrows
    {
        var bytes = Data(count: limit)
        let count = try bytes.withUnsafeMutableBytes(fill)
        if count == 0 { return nil }
        self = Data(bytes.prefix(count))
    }
}
