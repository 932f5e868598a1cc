import Foundation
import TestSupport
import Testing

@testable import TrayKit

/// What the tray and the real core say to each other.
@Suite(.serialized) struct SpeechTests {
    @Test func aModelIsLoadedAnswersAndLeavesAndTheTrayHearsOfIt() async throws {
        let tray = try HeadlessTray(coreOptions: ["--threads", "1"])
        try await tray.expect(core: "running")
        let mini = { (said: Said) in (said.values["models"] as? [String: String])?["impetus-mini"] ?? "" }
        try await tray.expect("the model") { mini($0) == "unloaded" }
        tray.say("load impetus-mini")
        try await tray.expect("the load", within: .seconds(60)) { mini($0) == "loaded" }
        let body = #"{"model":"impetus-mini","max_tokens":20,"messages":[{"role":"user","content":"Hello"}]}"#
        let answer = try await tray.client.open(
            "POST", "/v1/chat/completions", body: Data(body.utf8), timeout: .seconds(60))
        #expect(answer.head.status == 200)
        while try await answer.next() != nil {}
        tray.say("unload impetus-mini")
        try await tray.expect("the unload") { mini($0) == "unloaded" }
        try await tray.quit()
    }

    @Test func aRunningRequestIsSeenWithWhoAsks() async throws {
        let tray = try HeadlessTray(environment: ["IMPETUS_SCRIPTED_WORD_MILLISECONDS": "300"])
        try await tray.expect(core: "running")
        let client = tray.client
        let reading = Task {
            let body = #"{"model":"scripted","messages":[{"role":"user","content":"Hello there"}]}"#
            let answer = try await client.open(
                "POST", "/v1/chat/completions", headers: ["User-Agent": "Swift/6"], body: Data(body.utf8),
                timeout: .seconds(60))
            while try await answer.next() != nil {}
        }
        let busy = try await tray.expect("the request") { $0.flag("busy") }
        #expect(busy.values["requests"] as? [String] == ["scripted Swift/6"])
        try await reading.value
        try await tray.expect("its end") { !$0.flag("busy") && $0.text("state") == "running" }
        try await tray.quit()
    }

    @Test func aPageIsSignedInOnce() async throws {
        let tray = try HeadlessTray()
        try await tray.expect(core: "running")
        tray.say("page chat")
        let page = try await tray.expect("the link") { !$0.text("page").isEmpty }.text("page")
        let code = String(page.split(separator: "=")[1].prefix { $0 != "&" })
        #expect(page.hasPrefix("http://127.0.0.1:") && page.hasSuffix("&page=chat"))
        struct Session: Decodable { let csrfToken: String }
        let body = Data(#"{"code":"\#(code)"}"#.utf8)
        let first = try await tray.client.open("POST", "/api/sign-in", body: body, timeout: .seconds(5))
        #expect(first.head.status == 200)
        // A Secure cookie would never come back over http.
        #expect(first.head.headers["set-cookie"]?.contains("Secure") == false)
        let second = try await tray.client.open("POST", "/api/sign-in", body: body, timeout: .seconds(5))
        #expect(second.head.status == 401)
        try await tray.quit()
    }

    @Test func theMachinesFactsReachTheCore() async throws {
        let tray = try HeadlessTray()
        try await tray.expect(core: "running")
        let heard = Heard()
        let client = tray.client
        let listening = Task {
            let answer = try await client.open(
                "GET", "/api/events?topics=host.changed", headers: ["Accept": "text/event-stream"], body: nil,
                timeout: .seconds(20))
            while let piece = try await answer.next() { await heard.add(String(decoding: piece, as: UTF8.self)) }
        }
        #expect(await eventually { await heard.text.contains("stream.heartbeat") })
        tray.say(
            #"host {"chip":"Apple M9","gpu":{"name":"Apple M9","utilisation":0.5,"usedBytes":1,"limitBytes":2},"thermal":"#
                + #""serious","power":{"source":"battery","charge":0.4},"lowPowerMode":true,"memoryPressure":"warning","#
                + #""asleep":false}"#)
        #expect(await eventually { await heard.text.contains(#""chip":"Apple M9""#) })
        #expect(await heard.text.contains(#""charge":0.4"#))
        // What a quitting tray knew is taken back.
        tray.say("quit")
        #expect(await eventually { await heard.text.contains(#""chip":null"#) })
        listening.cancel()
        try await tray.gone()
    }
}

private actor Heard {
    private(set) var text = ""
    func add(_ piece: String) { text += piece }
}
