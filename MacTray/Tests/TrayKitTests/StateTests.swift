import Foundation
import Testing

@testable import TrayKit

private func fact(_ topic: String, _ data: String) -> Fact {
    let text = #"{"epoch":"e","seq":1,"time":2,"topic":"\#(topic)","data":\#(data)}"#
    return try! JSONDecoder().decode(Frame.self, from: Data(text.utf8)).fact
}

private let started = fact(
    "request.started", #"{"id":"r1","model":"m","route":"/v1/chat/completions","client":"Zed/1","keyName":"k"}"#)
private let progress = fact(
    "request.progress", #"{"id":"r1","model":"m","promptTokens":10,"completionTokens":3,"tokensPerSecond":7.5}"#)
private let finished = fact(
    "request.finished",
    """
    {"id":"r1","model":"m","route":"/v1/chat/completions","client":"Zed/1","keyName":"k","outcome":"finished","code":null,
     "promptTokens":10,"cachedTokens":4,"completionTokens":3,"milliseconds":5,"firstTokenMilliseconds":1}
    """)

private func download(_ state: String) -> Fact {
    fact(
        "download.changed",
        """
        {"id":"d","reference":"hf:x/y","name":"new.gguf","state":"\(state)","repo":null,"revision":null,
         "quantization":null,"files":[],"bytes":100,"done":40,"bytesPerSecond":null,"secondsLeft":null,"retryAt":null,
         "error":null,"createdAt":0,"finishedAt":null}
        """)
}

private func crashed(_ state: String) -> Fact {
    fact("model.changed", #"{"model":"m","state":"\#(state)","progress":null,"reason":"It broke.","roomFor":null}"#)
}

@Suite struct StateTests {
    @Test func aRequestIsFollowedToItsEnd() {
        var state = TrayState()
        state.core = .running
        #expect(state.take(started) == .memory && state.isBusy)
        #expect(state.take(started) == .memory && state.requests.count == 1)
        #expect(state.take(progress) == [])
        #expect(state.requests[0].tokensPerSecond == 7.5 && state.requests[0].promptTokens == 10)
        #expect(state.take(finished) == .memory && !state.isBusy)
        #expect(state.cachedShare == 0.4)
        #expect(state.take(progress) == [] && !state.isBusy)
    }

    @Test func aGapAsksForEverythingAnew() {
        var state = TrayState()
        state.core = .running
        _ = state.take(started)
        #expect(state.take(fact("stream.gap", #"{"lost":null}"#)) == .all)
        #expect(!state.isBusy)
    }

    @Test func aCoreThatIsGoneLeavesNothing() {
        var state = TrayState()
        #expect(state.take(.running, pid: 1, isFound: false) == .all)
        _ = state.take(started)
        _ = state.take(download("running"))
        #expect(state.take(.unresponsive, pid: 1, isFound: false) == [] && state.requests.count == 1)
        #expect(state.take(.backingOff(attempt: 1, delay: .zero, reason: ""), pid: nil, isFound: false) == [])
        #expect(state.requests.isEmpty && state.downloads.isEmpty)
        #expect(state.take(.running, pid: 2, isFound: false) == .all)
    }

    @Test func downloadsComeAndGo() {
        var state = TrayState()
        _ = state.take(download("queued"))
        _ = state.take(download("running"))
        #expect(state.downloads.map(\.state) == [.running])
        _ = state.take(fact("download.removed", #"{"id":"d"}"#))
        #expect(state.downloads.isEmpty)
    }

    @Test func onlyNewsIsANotice() {
        var state = TrayState()
        #expect(Notice.of(download("done"), before: state) == nil)
        _ = state.take(download("running"))
        #expect(Notice.of(download("done"), before: state) == .downloadDone(name: "new.gguf"))
        _ = state.take(download("done"))
        #expect(Notice.of(download("done"), before: state) == nil)
        #expect(Notice.of(crashed("crashed"), before: state) == .modelCrashed(model: "m", reason: "It broke."))
        #expect(Notice.of(crashed("unloaded"), before: state) == nil)
        let failed = CoreState.failed(Failure(kind: .cannotStart, reason: "No room."))
        #expect(Notice.of(failed, before: .starting) == .coreFailed(reason: "No room."))
        #expect(Notice.of(failed, before: failed) == nil && Notice.of(.running, before: .starting) == nil)
    }
}
