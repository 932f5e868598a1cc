import Foundation
import TestSupport
import Testing

@testable import TrayKit

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

actor Heard {
    private(set) var news: [StreamNews] = []
    func add(_ one: StreamNews) { news.append(one) }
}

@Suite struct ClientTests {
    private struct Answer: Decodable { let a: Int }

    private func body(_ text: String, status: String = "200 OK") -> String {
        "HTTP/1.1 \(status)\r\nContent-Length: \(text.utf8.count)\r\n\r\n\(text)"
    }

    @Test func answersAndRefusals() async throws {
        let core = FakeCore(answers: [
            body(#"{"a":1}"#), body(#"{"error":{"message":"no","code":"conflict"}}"#, status: "409 Conflict"),
            body("gone", status: "502 Bad Gateway"), "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{",
        ])
        let client = CoreClient(socketPath: core.path)
        let answer: Answer = try await client.get("/x")
        #expect(answer.a == 1)
        await #expect(throws: CoreRefusal(status: 409, code: "conflict", message: "no")) {
            try await client.perform(.load(model: "m"))
        }
        await #expect(throws: CoreRefusal(status: 502, code: "", message: "The core answered 502.")) {
            try await client.perform(.pin(model: "m", true))
        }
        await #expect(throws: HTTPError.cut) { let _: Answer = try await client.get("/x") }
        #expect(core.requests[1].hasPrefix("POST /api/models/m/load HTTP/1.1\r\n") && core.requests[1].hasSuffix("{}"))
        #expect(core.requests[2].hasSuffix(#"{"pinned":true}"#))
        core.close()
    }

    @Test func whoDoesNotAnswerIsNotWaitedForForEver() async {
        let core = FakeCore(answers: [])
        let client = CoreClient(socketPath: core.path)
        await #expect(throws: SystemError(call: "recv", code: EAGAIN)) {
            let _: Answer = try await client.get("/x", timeout: .milliseconds(100))
        }
        let nobody = CoreClient(socketPath: core.path + "x")
        await #expect(throws: SystemError(call: "connect", code: ENOENT)) { let _: Answer = try await nobody.get("/x") }
        let long = CoreClient(socketPath: "/" + String(repeating: "x", count: 200))
        await #expect(throws: SystemError(call: "connect", code: ENAMETOOLONG)) {
            let _: Answer = try await long.get("/x")
        }
        core.close()
    }

    @Test func cancellingEndsABlockedRead() async {
        let core = FakeCore(answers: [])
        let task = Task { () -> Bool in
            do {
                let _: Answer = try await CoreClient(socketPath: core.path).get("/x", timeout: .seconds(60))
                return false
            } catch { return true }
        }
        _ = await eventually { !core.requests.isEmpty }
        let start = ContinuousClock.now
        task.cancel()
        #expect(await task.value)
        #expect(ContinuousClock.now - start < .seconds(5))
        core.close()
    }

    @Test func theStreamGoesOnAfterTheLastEvent() async {
        func stream(_ id: String, _ count: Int) -> String {
            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\nid: \(id)\n"
                + #"data: {"epoch":"e","seq":1,"time":1,"topic":"models.changed","data":{"count":\#(count)}}"# + "\n\n"
        }
        let core = FakeCore(answers: [stream("e:1", 1), stream("e:2", 2)])
        let heard = Heard()
        let reader = EventReader(
            client: CoreClient(socketPath: core.path), silence: .milliseconds(300),
            pauses: Backoff(base: .milliseconds(10), cap: .milliseconds(50)))
        let task = Task { await reader.run { await heard.add($0) } }
        // The third connection says nothing.
        #expect(await eventually { core.requests.count == 3 })
        #expect(await eventually { await heard.news.contains(.silent) })
        let frames = await heard.news.filter { if case .frame = $0 { true } else { false } }
        #expect(frames.count == 2)
        #expect(!core.requests[0].contains("Last-Event-ID"))
        #expect(core.requests[1].contains("Last-Event-ID: e:1\r\n") && core.requests[2].contains("Last-Event-ID: e:2\r\n"))
        core.close()
        task.cancel()
        await task.value
    }

    @Test func aSocketWithoutACoreIsSaid() async {
        let heard = Heard()
        let reader = EventReader(client: CoreClient(socketPath: "/tmp/no-such-socket"))
        let task = Task { await reader.run { await heard.add($0) } }
        #expect(await eventually { await heard.news.first == .nobodyThere })
        task.cancel()
        await task.value
    }
}

@Suite struct PlaceTests {
    @Test func onlyWhatTheCoreMayHaveIsHandedDown() {
        let all = [
            "PATH": "p", "NODE_OPTIONS": "x", "DYLD_INSERT_LIBRARIES": "x", "GGML_METAL": "x", "IMPETUS_HOME": "h",
            "LC_ALL": "C", "NODE_LLAMA_CPP_GPU": "x", "HOME": "/h",
        ]
        #expect(Set(CoreCommand.environment(from: all).keys) == ["PATH", "IMPETUS_HOME", "LC_ALL", "HOME"])
    }

    @Test func theHomeIsTheCores() {
        #expect(Home(environment: ["IMPETUS_HOME": "/a/../b", "HOME": "/h"])?.path == "/b")
        #expect(Home(environment: [:]) == nil && Home(environment: ["HOME": "h"]) == nil)
        #if canImport(Darwin)
            #expect(Home(environment: ["HOME": "/h"])?.path == "/h/Library/Application Support/Impetus")
        #else
            #expect(Home(environment: ["HOME": "/h"])?.path == "/h/.local/share/impetus")
            #expect(Home(environment: ["HOME": "/h", "XDG_DATA_HOME": "/d"])?.path == "/d/impetus")
        #endif
    }

    @Test func theLockKnowsItsHolder() throws {
        let path = temporaryFolder() + "/lock"
        do {
            let first = try InstanceLock.acquire(path: path)
            guard case .first = first else { return #expect(Bool(false)) }
            guard case .second(let pid) = try InstanceLock.acquire(path: path) else { return #expect(Bool(false)) }
            #expect(pid == getpid())
            withExtendedLifetime(first) {}
        }
        guard case .first = try InstanceLock.acquire(path: path) else { return #expect(Bool(false)) }
        #expect(throws: SystemError.self) { try InstanceLock.acquire(path: "/no/such/folder/lock") }
    }

    @Test func freeNamesStayInTheirFolder() throws {
        let folder = URL(fileURLWithPath: temporaryFolder())
        #expect(FreeName.find("a.gguf", in: folder).lastPathComponent == "a.gguf")
        try Data().write(to: folder.appendingPathComponent("a.gguf"))
        #expect(FreeName.find("a.gguf", in: folder).lastPathComponent == "a 2.gguf")
        #expect(FreeName.find("../../x", in: folder).path == folder.path + "/x")
        #expect(FreeName.find(".bashrc", in: folder).lastPathComponent == "download")
    }
}
