import Foundation

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// A folder whose path leaves room for a socket's name in the 103 bytes that macOS gives. Removed when the tests end.
public func temporaryFolder() -> String {
    var template = Array("/tmp/tray.XXXXXX".utf8CString)
    guard let made = mkdtemp(&template) else { fatalError("no folder in /tmp: \(errno)") }
    let path = String(cString: made)
    folders.add(path)
    return path
}

private let folders = Folders()

private final class Folders: @unchecked Sendable {
    private let lock = NSLock()
    private var paths: [String] = []

    init() { atexit { folders.remove() } }

    func add(_ path: String) { lock.withLock { paths.append(path) } }

    func remove() { lock.withLock { for path in paths { try? FileManager.default.removeItem(atPath: path) } } }
}

/// Whether the check comes true in time.
public func eventually(_ limit: Duration = .seconds(10), _ check: () async -> Bool) async -> Bool {
    let end = ContinuousClock.now + limit
    while ContinuousClock.now < end {
        if await check() { return true }
        try? await Task.sleep(for: .milliseconds(20))
    }
    return await check()
}

/// A Unix socket bound to the path, not listening yet; negative where that cannot be.
public func boundSocket(_ path: String) -> Int32 {
    #if canImport(Darwin)
        let descriptor = socket(AF_UNIX, SOCK_STREAM, 0)
    #else
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    #endif
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
    let size = socklen_t(MemoryLayout<sockaddr_un>.size)
    let status = withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, size) }
    }
    return status == 0 ? descriptor : -1
}
