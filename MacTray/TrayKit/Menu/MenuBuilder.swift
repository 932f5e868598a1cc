extension Menu {
    /// The menu of a state. Pure.
    public init(_ state: TrayState, _ around: Surroundings) {
        let builder = MenuBuilder(state: state, words: around.words)
        icon = builder.icon
        label = "Impetus: \(builder.stateLine)"
        items = builder.items(around)
    }
}

/// Makes the parts of the menu, from the top.
struct MenuBuilder {
    let state: TrayState
    let words: Words

    func items(_ around: Surroundings) -> [MenuItem] {
        let groups = [
            stateGroup, nowGroup, openGroup(around), modelsGroup, memoryGroup, coreGroup,
            generalGroup(around),
        ]
        return Array(groups.filter { !$0.isEmpty }.joined(separator: [.separator]))
    }

    var icon: Icon {
        switch state.core {
        case .stopped: .stopped
        case .starting: .starting
        case .running: state.isBusy ? .busy : .running
        case .stopping: .starting
        case .unresponsive, .backingOff: .trouble
        case .failed: .failed
        }
    }

    var stateLine: String {
        switch state.core {
        case .stopped: words(.stopped)
        case .starting: words(.starting)
        case .running:
            address.map { words(state.isBusy ? .busyAt : .runningAt, ["address": $0.withoutScheme]) }
                ?? words(state.isBusy ? .busy : .running)
        case .unresponsive: words(.unresponsive)
        case .stopping: words(.stopping)
        case .backingOff(let attempt, let delay, _):
            words(.backingOff, ["seconds": words.seconds(delay), "attempt": words.number(Double(attempt))])
        case .failed: words(.failed)
        }
    }

    private var address: String? { state.status?.address.url }

    private var stateGroup: [MenuItem] {
        var items: [MenuItem] = [.text(stateLine)]
        if state.core.isUp, let address { items.append(.button(words(.copyAddress), .copy(address))) }
        if state.isFound { items.append(.text(words(.foundCore))) }
        if let engine = state.status?.engine, state.core.isUp, !engine.available {
            items += reason(engine.reason ?? words(.noEngine))
        }
        switch state.core {
        case .backingOff(_, _, let why): items += reason(why)
        case .failed(let failure): items += reason(failure.reason)
        default: break
        }
        if state.updateFound {
            items += [.text(words(.updateFound)), .button(words(.restartToUpdate), .core(.restartAsked))]
        }
        return items
    }

    /// A menu does not wrap its lines.
    private func reason(_ text: String) -> [MenuItem] { text.wrapped(at: 70).prefix(4).map { .text($0) } }

    private func openGroup(_ around: Surroundings) -> [MenuItem] {
        var items: [MenuItem] = []
        if around.hasDashboard {
            items.append(.button(words(.openDashboard), .open(.home), key: "d"))
            items.append(.button(words(.chat), .open(.chat), isEnabled: state.core.isUp))
        }
        guard state.core.isUp, let address else { return items }
        items.append(.button(words(.copyEndpoint), .copy(address + "/v1")))
        var editors: [MenuItem] = [
            .button(words(.copyForOpenAi), .copy(address + "/v1")),
            .button(words(.copyForAnthropic), .copy(address)),
            .button(words(.copyForOllama), .copy(address)),
        ]
        if around.hasDashboard {
            let guides = state.clients.map { MenuItem.button($0.name, .openClient($0.id)) }
            editors = guides + [.button(words(.editorGuide), .open(.connect)), .separator] + editors
        }
        items.append(.submenu(words(.connectEditor), editors))
        return items
    }

    private var memoryGroup: [MenuItem] {
        guard state.core.isUp, let memory = state.status?.memory else { return [] }
        let ours = memory.coreBytes + (state.memory?.usedBytes ?? 0)
        let used = max(0, memory.totalBytes - memory.freeBytes)
        return [
            .text(words(.memoryOfImpetus, ["size": words.bytes(ours)])),
            .text(
                words(.memoryOfMachine, ["used": words.bytes(used), "total": words.bytes(memory.totalBytes)])),
        ]
    }

    private var coreGroup: [MenuItem] {
        switch state.core {
        case .stopped: [.button(words(.start), .core(.startAsked))]
        case .failed(let failure) where failure.kind == .portTaken:
            [
                .button(words(.startOnAnyPort), .core(.startOnAnyPortAsked)),
                .button(words(.tryAgain), .core(.startAsked)),
            ]
        case .failed, .backingOff:
            [.button(words(.tryAgain), .core(.startAsked))]
                + (state.core.name == "failed" ? [] : [.button(words(.stop), .core(.stopAsked))])
        case .starting, .running, .unresponsive:
            [.button(words(.stop), .core(.stopAsked)), .button(words(.restart), .core(.restartAsked))] + profiles
        case .stopping: [.button(words(.restart), .core(.restartAsked))]
        }
    }

    private var profiles: [MenuItem] {
        guard state.core.isUp, let all = state.profiles, !all.profiles.isEmpty else { return [] }
        let none = MenuItem.toggle(words(.noProfile), isOn: all.default == nil, .call(.useProfile(nil)))
        let rest = all.profiles.map { profile in
            MenuItem.toggle(profile.name, isOn: all.default == profile.name, .call(.useProfile(profile.name)))
        }
        return [.submenu(words(.profile), [none] + rest)]
    }

    private func generalGroup(_ around: Surroundings) -> [MenuItem] {
        var items: [MenuItem] = []
        if let opens = around.opensAtLogin {
            items.append(.toggle(words(.opensAtLogin), isOn: opens, .setOpensAtLogin(!opens)))
        }
        items += [.button(words(.showLog), .showLog), .button(words(.runDoctor), .runDoctor)]
        if around.hasDashboard {
            items.append(.button(words(.settings), .open(.settings), key: ",", isEnabled: state.core.isUp))
        }
        return items + [.button(words(.about), .about), .button(words(.quit), .quit, key: "q")]
    }
}

extension String {
    fileprivate var withoutScheme: String { String(split(separator: "/").last ?? "") }

    /// In lines of so many characters, cut between words.
    func wrapped(at width: Int) -> [String] {
        var lines: [String] = []
        for word in split(whereSeparator: \.isWhitespace) {
            if let last = lines.last, last.count + word.count < width {
                lines[lines.count - 1] = "\(last) \(word)"
            } else {
                lines.append(String(word))
            }
        }
        return lines
    }
}
