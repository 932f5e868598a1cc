import Foundation
import Testing

@testable import TrayKit

private func decoded<T: Decodable>(_ text: String) -> T {
    try! JSONDecoder().decode(T.self, from: Data(text.utf8))
}

private let status: Status = decoded(
    """
    {"version":"1.2.3","pid":7,"state":"running","startedAt":0,"uptimeSeconds":1,"home":"/h",
     "address":{"url":"http://127.0.0.1:4673","port":4673,"wantedPort":null,"tls":false,"socket":"/h/s"},
     "engine":{"name":"llama.cpp","available":true,"reason":null},
     "models":{"installed":2,"default":"a","states":[]},"requests":{"active":0},
     "memory":{"coreBytes":100000000,"totalBytes":16000000000,"freeBytes":6000000000}}
    """)

private func model(_ id: String, _ state: String, size: Int = 2_000_000_000, reason: String? = nil) -> Model {
    decoded(
        """
        {"id":"\(id)","object":"model","created":0,"owned_by":"impetus","default":false,"description":null,"aliases":[],
         "context_length":4096,"max_model_len":4096,"format":"gguf","architecture":null,"quantization":null,
         "size":\(size),"capabilities":["chat"],"meta":{"n_ctx":null,"n_ctx_train":null,"n_params":null,"n_vocab":null,
         "size":\(size)},"status":{"value":"\(state)","progress":0.4,"reason":\(reason.map { "\"\($0)\"" } ?? "null")}}
        """)
}

private func memory(waiting: Int = 0) -> Memory {
    decoded(
        """
        {"budgetBytes":10000000000,"usedBytes":5000000000,"waiting":\(waiting),"models":[{"id":"big","state":"loaded",
         "progress":null,"leases":1,"slots":1,"waiting":0,"contextLength":4096,"reason":null,"bytes":5000000000,"pinned":true,"unloadsAt":null}]}
        """)
}

private let profiles: Profiles = decoded(
    #"{"default":"fast","profiles":[{"name":"fast","builtIn":true,"description":"","values":{},"usedBy":[]}]}"#)

private func download(_ state: String) -> Download {
    decoded(
        """
        {"id":"d1","reference":"hf:x/y","name":"new.gguf","state":"\(state)","repo":null,"revision":null,
         "quantization":null,"files":[],"bytes":100,"done":40,"bytesPerSecond":null,"secondsLeft":null,"retryAt":null,
         "error":null,"createdAt":0,"finishedAt":null}
        """)
}

private func state(_ core: CoreState, _ change: (inout TrayState) -> Void = { _ in }) -> TrayState {
    var state = TrayState()
    state.core = core
    if core.isUp || core == .stopping {
        state.status = status
        state.models = [model("small", "unloaded"), model("big", "loaded")]
        state.memory = memory()
        state.profiles = profiles
        state.clients = [ClientRecipe(id: "zed", name: "Zed")]
    }
    change(&state)
    return state
}

private let english = Surroundings(words: Words(.en), opensAtLogin: false)

/// The lines of a menu, submenus among them, as a person reads them.
private func lines(_ items: [MenuItem]) -> [String] {
    items.flatMap { item -> [String] in
        switch item {
        case .text(let text): [text]
        case .separator: ["—"]
        case .button(let title, _, let key, let isEnabled):
            ["[\(title)]" + (key.map { " ⌘\($0)" } ?? "") + (isEnabled ? "" : " off")]
        case .toggle(let title, let isOn, _): [(isOn ? "✓ " : "· ") + title]
        case .submenu(let title, let items): [title + " ▸"] + lines(items).map { "  " + $0 }
        }
    }
}

private let general = [
    "—", "· Launch at Login", "[Show Log]", "[Doctor …]", "[Settings …] ⌘,", "[About Impetus]", "[Quit Impetus] ⌘q",
]
private let generalWhileDown = general.map { $0 == "[Settings …] ⌘," ? "[Settings …] ⌘, off" : $0 }

private let openWhileUp = [
    "—", "[Open Dashboard] ⌘d", "[Chat]", "[Copy Endpoint]", "Connect an Editor ▸", "  [Zed]",
    "  [Instructions for Each Editor …]", "  —", "  [Copy Address for OpenAI Clients]",
    "  [Copy Address for Anthropic Clients]", "  [Copy Address for Ollama Clients]",
]
private let openWhileDown = ["—", "[Open Dashboard] ⌘d", "[Chat] off"]

private let modelLines = [
    "—", "Models ▸", "  ● big — loaded, 5.0 GB ▸", "    [Unload]", "    ✓ Keep in Memory", "  ○ small —  2.0 GB ▸",
    "    [Load]", "    [Switch to This Model]", "    · Keep in Memory", "  —", "  [Get Models …]",
]
private let memoryLines = ["—", "Memory of Impetus: 5.1 GB", "Memory of this computer: 10.0 GB of 16.0 GB in use"]
private let coreLines = ["—", "[Stop]", "[Restart]", "Profile ▸", "  · None", "  ✓ fast"]

@Suite struct MenuTests {
    @Test(arguments: [
        (CoreState.stopped, Icon.stopped, ["Not running"], ["[Start]"]),
        (.starting, .starting, ["Starting …"], ["[Stop]", "[Restart]"]),
        (.stopping, .starting, ["Finishing answers …"], ["[Restart]"]),
        (
            .backingOff(attempt: 2, delay: .milliseconds(1500), reason: "It broke."), .trouble,
            ["Ended by itself. Next start in 1.5 s (attempt 2)", "It broke."], ["[Try Again]", "[Stop]"]
        ),
        (
            .failed(Failure(kind: .portTaken, reason: "Port 4673 is taken by node (process 7).")), .failed,
            ["Cannot run", "Port 4673 is taken by node (process 7)."], ["[Start on Another Port]", "[Try Again]"]
        ),
        (
            .failed(Failure(kind: .cannotStart, reason: "No room on the disk.")), .failed,
            ["Cannot run", "No room on the disk."], ["[Try Again]"]
        ),
        (
            .failed(Failure(kind: .gaveUp(attempts: 5), reason: "The core ended with code 3.")), .failed,
            ["Cannot run", "The core ended with code 3."], ["[Try Again]"]
        ),
    ])
    func whileItIsDown(core: CoreState, icon: Icon, top: [String], bottom: [String]) {
        let menu = Menu(state(core) { $0.status = nil }, english)
        #expect(menu.icon == icon && menu.label == "Impetus: \(top[0])")
        #expect(lines(menu.items) == top + openWhileDown + ["—"] + bottom + generalWhileDown)
    }

    @Test func whileItRuns() {
        let menu = Menu(state(.running), english)
        #expect(menu.icon == .running && menu.label == "Impetus: Running at 127.0.0.1:4673")
        let top = ["Running at 127.0.0.1:4673", "[Copy Address]"]
        #expect(lines(menu.items) == top + openWhileUp + modelLines + memoryLines + coreLines + general)
    }

    @Test func whileItDoesNotAnswer() {
        let menu = Menu(state(.unresponsive), english)
        #expect(menu.icon == .trouble && menu.label == "Impetus: Not answering")
        let top = ["Not answering", "[Copy Address]"]
        #expect(lines(menu.items) == top + openWhileUp + modelLines + memoryLines + coreLines + general)
    }

    @Test func whileItAnswers() {
        let busy = state(.running) { state in
            state.memory = memory(waiting: 2)
            state.cachedShare = 0.63
            state.requests = [
                RunningRequest(id: "1", model: "big", client: "Zed/0.203 (macos)", keyName: "laptop"),
                RunningRequest(id: "2", model: "big", client: nil, keyName: nil),
            ]
            state.requests[0].promptTokens = 2000
            state.requests[0].completionTokens = 48
            state.requests[0].tokensPerSecond = 41.53
        }
        let menu = Menu(busy, english)
        #expect(menu.icon == .busy && menu.label == "Impetus: Answering at 127.0.0.1:4673")
        let now = [
            "—", "big · 41.5 tokens/s", "Context 50% full (2,048 of 4,096 tokens)",
            "Waiting: 2 · 63% of the latest prompt cached", "Asked by Zed (key laptop)", "Asked by an unnamed program",
        ]
        let top = ["Answering at 127.0.0.1:4673", "[Copy Address]"]
        #expect(lines(menu.items) == top + now + openWhileUp + modelLines + memoryLines + coreLines + general)
    }

    @Test func whatIsReadOrLoadedHasNoSpeedYet() {
        let request = RunningRequest(id: "1", model: "big", client: "curl/8", keyName: nil)
        #expect(lines(Menu(state(.running) { $0.requests = [request] }, english).items).contains("big reads the prompt"))
        let loading = state(.running) {
            $0.requests = [request]
            $0.memory?.models[0].state = .loading
        }
        #expect(lines(Menu(loading, english).items).contains("big is being loaded"))
        let many = state(.running) { state in
            state.requests = (1...5).map { RunningRequest(id: "\($0)", model: "big", client: "curl/8", keyName: nil) }
        }
        #expect(lines(Menu(many, english).items).contains("And 2 more"))
    }

    @Test func aFoundCoreAnUpdateAndAMissingEngineAreSaid() {
        let told = state(.running) {
            $0.isFound = true
            $0.updateFound = true
            $0.status?.engine.available = false
            $0.status?.engine.reason = "Install it again."
        }
        #expect(
            lines(Menu(told, english).items).prefix(6) == [
                "Running at 127.0.0.1:4673", "[Copy Address]", "Started elsewhere: it goes on when this menu quits",
                "Install it again.", "A new version is installed", "[Restart to Use It]",
            ])
    }

    @Test(arguments: [
        ("loading", "  ◐ m — loading 40%, 2.0 GB ▸"), ("unloading", "  ◐ m — leaving, 2.0 GB ▸"),
        ("quarantined", "  ▲ m — set aside after crashes, 2.0 GB ▸"), ("invalid", "  ▲ m — not usable, 2.0 GB ▸"),
    ])
    func everyStateOfAModelHasItsLine(value: String, line: String) {
        let menu = Menu(state(.running) { $0.models = [model("m", value, reason: "Because.")] }, english)
        let all = lines(menu.items)
        #expect(all.contains(line) && all.contains("    Because."))
        #expect(all.contains("    · Keep in Memory") == (value != "invalid"))
    }

    @Test(arguments: [
        ("running", ["  new.gguf — 40% ▸", "    [Pause]"]), ("paused", ["  new.gguf — 40% ▸", "    [Resume]"]),
        ("verifying", ["  new.gguf — 40% ▸", "    Verifying …"]), ("done", []),
    ])
    func downloadsAreAmongTheModels(value: String, expected: [String]) {
        let menu = Menu(state(.running) { $0.downloads = [download(value)] }, english)
        let words = ["new.gguf", "[Pause]", "[Resume]", "Verifying"]
        #expect(lines(menu.items).filter { line in words.contains { line.contains($0) } } == expected)
    }

    @Test func actionsAreThoseOfTheirTitles() {
        let items = Menu(state(.running), english).items
        #expect(items.contains(.button("Copy Endpoint", .copy("http://127.0.0.1:4673/v1"))))
        #expect(items.contains(.button("Open Dashboard", .open(.home), key: "d")))
        #expect(items.contains(.toggle("Launch at Login", isOn: false, .setOpensAtLogin(true))))
        let taken = Menu(state(.failed(Failure(kind: .portTaken, reason: ""))), english).items
        #expect(taken.contains(.button("Start on Another Port", .core(.startOnAnyPortAsked))))
    }

    @Test func withoutWindowsThereIsNoDashboard() {
        let menu = Menu(state(.running), Surroundings(words: Words(.en), hasDashboard: false))
        let all = lines(menu.items)
        #expect(!all.contains { $0.contains("Dashboard") || $0.contains("Settings") || $0.contains("Login") })
    }

    @Test func everyIconHasASymbolOfItsOwn() {
        #expect(Set(Icon.allCases.map(\.symbol)).count == Icon.allCases.count)
    }
}

@Suite struct WordsTests {
    private func names(_ text: String) -> [String] {
        text.components(separatedBy: "{").dropFirst().map { String($0.prefix { $0 != "}" }) }.sorted()
    }

    @Test(arguments: Words.Language.allCases) func everyTextIsThere(language: Words.Language) {
        let table = Words.tables[language] ?? [:]
        for word in Word.allCases {
            #expect(table[word]?.isEmpty == false, "\(word) in \(language)")
            #expect(names(table[word] ?? "") == names(english[word] ?? ""), "\(word) in \(language)")
        }
    }

    private let english = Words.tables[.en] ?? [:]

    @Test(arguments: [
        (["de-CH", "en"], Words.Language.de), (["zh-Hans-CN"], .zh), (["it-IT", "fr-FR"], .fr), ([], .en),
        (["pt"], .en),
    ])
    func theFirstKnownLanguageIsTaken(preferred: [String], language: Words.Language) {
        #expect(Words(preferred: preferred).language == language)
    }

    @Test(arguments: [
        (0, "0 KB"), (1500, "2 KB"), (3_400_000, "3 MB"), (5_000_000_000, "5.0 GB"), (2_500_000_000_000, "2.50 TB"),
    ])
    func sizesAreDecimal(bytes: Int, text: String) {
        #expect(Words(.en).bytes(bytes) == text)
    }

    @Test func numbersAreOfTheLanguage() {
        #expect(Words(.de).number(1234.5, decimals: 1) == "1.234,5")
        #expect(Words(.en).number(1234.5, decimals: 1) == "1,234.5")
        #expect(Words(.de)(.runningAt, ["address": "x"]) == "Läuft unter x")
    }
}
