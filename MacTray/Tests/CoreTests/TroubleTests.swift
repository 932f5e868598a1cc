import Foundation
import TestSupport
import Testing

@testable import TrayKit

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// What is in a core's way: a port, a socket, a disk, another tray, another core.
@Suite(.serialized) struct TroubleTests {
    @Test func aTakenPortIsNamedWithItsHolderAndLeavesAChoice() async throws {
        let holder = try TakenPort()
        let tray = try HeadlessTray(port: holder.port)
        let failed = try await tray.expect(core: "failed")
        #expect(failed.text("kind") == "portTaken")
        #expect(failed.text("reason").hasPrefix("Port \(holder.port) is taken by "))
        #expect(failed.text("reason").contains("(process \(getpid()))"))
        tray.say("start-any-port")
        try await tray.expect(core: "running")
        let state = try await tray.expect("its address") { !$0.text("url").isEmpty }
        #expect(!state.text("url").hasSuffix(":\(holder.port)"))
        tray.say("stop")
        try await tray.expect(core: "stopped")
        holder.free()
        tray.say("start")
        try await tray.expect("the port itself") { $0.text("url").hasSuffix(":\(holder.port)") }
        try await tray.quit()
    }

    @Test func aStaleSocketIsNoCore() async throws {
        let home = temporaryFolder()
        // As a crash leaves it: a file, and nobody who listens.
        close(boundSocket(home + "/impetus.sock"))
        let tray = try HeadlessTray(home: home)
        #expect(try await !tray.expect(core: "running").flag("found"))
        try await tray.quit()
    }

    @Test func twoTraysAreOne() async throws {
        let first = try HeadlessTray()
        let pid = try await first.expect(core: "running").pid
        let second = try HeadlessTray(home: first.home)
        try await first.expect("to be asked to show itself") { $0.flag("shown") }
        try await second.gone()
        #expect(second.all.isEmpty)
        #expect(first.isRunning && pid.map(isAlive) == true)
        try await first.quit()
    }

    @Test(arguments: [
        ("echo first >&2; echo 'oh no' >&2; exit 3", "gaveUp(attempts: 5)", "oh no"),
        ("exit 3", "gaveUp(attempts: 5)", "The core ended with code 3."),
        (#"echo '{"error":{"message":"The settings are wrong.","code":"configuration"}}' >&2; exit 78"#, "cannotStart", "The settings are wrong."),
    ])
    func aCoreThatEndsAtOnceIsGivenUp(script: String, kind: String, reason: String) async throws {
        let tray = try HeadlessTray(options: ["--backoff", "10"], core: ["/bin/sh", "-c", script, "core"])
        let failed = try await tray.expect(core: "failed")
        #expect(failed.text("kind") == kind && failed.text("reason") == reason)
        try await tray.quit()
    }

    @Test func aCoreThatIsNotThereIsSaid() async throws {
        let tray = try HeadlessTray(core: ["/no/such/core"])
        let failed = try await tray.expect(core: "failed")
        #expect(failed.text("kind") == "cannotStart")
        #expect(failed.text("reason").contains("/no/such/core: No such file or directory"))
        try await tray.quit()
    }

    #if os(Linux)
        /// Needs root, to mount a disk of its own: where the tests run in the project's Swift root they are.
        @Test(.enabled(if: getuid() == 0)) func aFullDiskIsSaid() async throws {
            let home = temporaryFolder()
            #expect(mount("tmpfs", home, "tmpfs", 0, "size=64k") == 0)
            defer { umount2(home, Int32(MNT_DETACH)) }
            let filler = home + "/filler"
            FileManager.default.createFile(atPath: filler, contents: nil)
            let handle = try #require(FileHandle(forWritingAtPath: filler))
            while (try? handle.write(contentsOf: Data(count: 4096))) != nil {}
            let tray = try HeadlessTray(home: home)
            let failed = try await tray.expect(core: "failed")
            #expect(failed.text("kind") == "cannotStart")
            #expect(failed.text("reason").contains("full"))
            // Room again, asked again: it runs.
            umount2(home, Int32(MNT_DETACH))
            tray.say("start")
            try await tray.expect(core: "running")
            try await tray.quit()
        }
    #endif

    @Test func anotherCoreIsTakenAndLeftAlone() async throws {
        let home = temporaryFolder()
        let other = try OtherCore(home: home)
        defer { other.kill() }
        let tray = try HeadlessTray(home: home, options: ["--backoff", "20"])
        #expect(try await tray.expect(core: "running").flag("found"))
        kill(tray.pid, SIGKILL)
        try await tray.gone()
        try await Task.sleep(for: .seconds(1))
        #expect(other.isRunning)
        let second = try HeadlessTray(home: home, options: ["--backoff", "20"])
        #expect(try await second.expect(core: "running").flag("found"))
        // When it crashes we start our own.
        other.kill()
        try await second.expect(core: "backing off")
        #expect(try await !second.expect(core: "running").flag("found"))
        try await second.quit()
    }

    @Test func anotherCoreCanBeStoppedAndItsOwnEndIsMeant() async throws {
        let home = temporaryFolder()
        let other = try OtherCore(home: home)
        defer { other.kill() }
        let tray = try HeadlessTray(home: home)
        #expect(try await tray.expect(core: "running").flag("found"))
        tray.say("stop")
        try await tray.expect(core: "stopped")
        #expect(await eventually { !other.isRunning })
        try await tray.quit()
    }

    @Test func aNewVersionIsNoticedAndOffered() async throws {
        let folder = temporaryFolder()
        let link = folder + "/core"
        let files = FileManager.default
        try files.createSymbolicLink(atPath: link, withDestinationPath: Project.build)
        // Beside the real one: the core finds the rest of the project from where it lies.
        let copy = Project.build + "-next-\(getpid())"
        try files.copyItem(atPath: Project.build, toPath: copy)
        defer { try? files.removeItem(atPath: copy) }
        let tray = try HeadlessTray(core: [Project.node, link + "/main.js"])
        let pid = try await tray.expect(core: "running").pid
        try files.removeItem(atPath: link)
        try files.createSymbolicLink(atPath: link, withDestinationPath: copy)
        try await tray.expect("the offer") { $0.flag("update") }
        tray.say("menu")
        let menu = try await tray.expect("the menu") { $0.values["menu"] != nil }
        #expect((menu.values["menu"] as? [String])?.contains("[Restart to Use It]") == true)
        #expect(pid.map(isAlive) == true)
        tray.say("restart")
        try await tray.expect(core: "starting")
        #expect(try await tray.expect(core: "running").pid != pid)
        try await tray.expect("no further offer") { $0.text("state") == "running" && !$0.flag("update") }
        try await tray.quit()
    }
}

/// A port that this process listens on.
private final class TakenPort {
    let port: Int
    private let descriptor: Int32

    init() throws {
        #if canImport(Darwin)
            descriptor = socket(AF_INET, SOCK_STREAM, 0)
        #else
            descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        #endif
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = descriptor
        port = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = bind(descriptor, $0, size)
                _ = listen(descriptor, 1)
                _ = getsockname(descriptor, $0, &size)
            }
            return Int(UInt16(bigEndian: pointer.pointee.sin_port))
        }
    }

    func free() { close(descriptor) }
}

/// A core that somebody started by hand.
private final class OtherCore {
    private let process = Process()

    init(home: String) throws {
        process.executableURL = URL(fileURLWithPath: Project.node)
        process.arguments = [Project.core[1], "serve", "--engine", "scripted", "--port", "0"]
        process.environment = ["PATH": "/usr/bin:/bin", "HOME": home, "IMPETUS_HOME": home]
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        let end = ContinuousClock.now + .seconds(30)
        while !FileManager.default.fileExists(atPath: home + "/endpoint.json"), ContinuousClock.now < end { usleep(20_000) }
    }

    var isRunning: Bool { process.isStillThere }

    func kill() { if isRunning { _ = sendKill(process.processIdentifier) } }
}

private func sendKill(_ pid: Int32) -> Int32 { kill(pid, SIGKILL) }
