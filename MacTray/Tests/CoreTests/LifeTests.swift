import Foundation
import TestSupport
import Testing

@testable import TrayKit

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// The headless tray and the real core: starts, ends, crashes.
@Suite(.serialized) struct LifeTests {
    @Test func aStartIsHealthyAndAQuitLeavesNothing() async throws {
        let tray = try HeadlessTray()
        let running = try await tray.expect(core: "running")
        let pid = try #require(running.pid)
        #expect(!running.flag("found") && isAlive(pid))
        try await tray.expect("the models") { !$0.text("url").isEmpty && ($0.values["models"] as? [String: String])?["scripted"] != nil }
        #expect(tray.states == ["starting", "running"])
        try await tray.quit()
        #expect(!isAlive(pid))
        #expect(tray.states == ["starting", "running", "stopping", "stopped"])
        #expect(!FileManager.default.fileExists(atPath: tray.home + "/impetus.sock"))
    }

    @Test func fiftyCrashesAreFiftyRestarts() async throws {
        let tray = try HeadlessTray(options: ["--failures", "1000", "--backoff", "20", "--backoff-cap", "100"])
        var pids: Set<Int32> = []
        for round in 1...50 {
            let pid = try #require(try await tray.expect(core: "running").pid)
            #expect(pids.insert(pid).inserted)
            #expect(kill(pid, SIGKILL) == 0)
            let waiting = try await tray.expect(core: "backing off")
            #expect(waiting.number("attempt") == round)
            let milliseconds = min(100, 20 << min(10, round - 1))
            #expect(waiting.number("milliseconds") == milliseconds)
            #expect(waiting.text("reason") == "The core was ended by signal 9.")
            let waited = try await tray.expect(core: "starting").number("time") - waiting.number("time")
            // Never early (but for rounding); how late depends on what else the machine does.
            #expect(waited >= milliseconds - 2 && waited < milliseconds + 2000)
        }
        try await tray.expect(core: "running")
        let cycle = ["starting", "running", "backing off"]
        #expect(tray.states == Array(repeatElement(cycle, count: 50).joined()) + ["starting", "running"])
        try await tray.quit()
    }

    @Test func fiveCrashesInARowAreTheUsualLimit() async throws {
        let tray = try HeadlessTray(options: ["--backoff", "20"])
        for _ in 1...5 {
            let pid = try #require(try await tray.expect(core: "running").pid)
            kill(pid, SIGKILL)
        }
        let failed = try await tray.expect(core: "failed")
        #expect(failed.text("kind") == "gaveUp(attempts: 5)")
        #expect(failed.text("reason") == "The core was ended by signal 9.")
        #expect(tray.states.filter { $0 == "running" }.count == 5)
        // Asked by a person it starts again, with a clean count.
        tray.say("start")
        try await tray.expect(core: "running")
        try await tray.quit()
    }

    @Test func aCoreThatStandsStillIsStartedAnew() async throws {
        let tray = try HeadlessTray(options: ["--silence", "6000", "--patience", "1000", "--backoff", "20"])
        let pid = try #require(try await tray.expect(core: "running").pid)
        kill(pid, SIGSTOP)
        try await tray.expect(core: "unresponsive")
        // It goes on by itself: nothing was lost.
        kill(pid, SIGCONT)
        #expect(try await tray.expect(core: "running").pid == pid)
        kill(pid, SIGSTOP)
        try await tray.expect(core: "unresponsive")
        let waiting = try await tray.expect(core: "backing off")
        #expect(waiting.text("reason") == "The core did not answer any more.")
        let next = try #require(try await tray.expect(core: "running").pid)
        #expect(next != pid && !isAlive(pid))
        try await tray.quit()
    }

    @Test func aKilledTrayTakesItsCoreAlong() async throws {
        let tray = try HeadlessTray(coreOptions: [])
        let pid = try #require(try await tray.expect(core: "running").pid)
        tray.say("load impetus-mini")
        try await tray.expect("the model", within: .seconds(60)) {
            ($0.values["models"] as? [String: String])?["impetus-mini"] == "loaded"
        }
        kill(tray.pid, SIGKILL)
        #expect(await eventually(.seconds(2)) { !isAlive(pid) })
        #expect(!FileManager.default.fileExists(atPath: tray.home + "/impetus.sock"))
    }

    @Test func anEndFromOutsideIsMeant() async throws {
        let tray = try HeadlessTray()
        let pid = try #require(try await tray.expect(core: "running").pid)
        kill(pid, SIGTERM)
        try await tray.expect(core: "stopped")
        try await Task.sleep(for: .seconds(1))
        #expect(tray.states.last == "stopped")
        tray.say("start")
        let next = try #require(try await tray.expect(core: "running").pid)
        tray.say("restart")
        #expect(try await tray.expect(core: "running").pid != next)
        tray.say("stop")
        try await tray.expect(core: "stopped")
        try await tray.quit()
    }

    @Test func aQuitLetsRunningAnswersFinish() async throws {
        let slow = ["IMPETUS_SCRIPTED_WORD_MILLISECONDS": "300"]
        let tray = try HeadlessTray(environment: slow)
        try await tray.expect(core: "running")
        struct Answer: Decodable {
            struct Choice: Decodable { let finish_reason: String }
            let choices: [Choice]
        }
        let client = tray.client
        let answer = Task { () -> Answer in
            let body = Data(#"{"model":"scripted","messages":[{"role":"user","content":"Hello there"}]}"#.utf8)
            let open = try await client.open("POST", "/v1/chat/completions", body: body, timeout: .seconds(30))
            var data = Data()
            while let piece = try await open.next() { data += piece }
            return try JSONDecoder().decode(Answer.self, from: data)
        }
        try await tray.expect("the request") { $0.flag("busy") }
        try await tray.quit()
        #expect(try await answer.value.choices.first?.finish_reason == "stop")
    }
}
