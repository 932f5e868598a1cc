/// What the core computes now, and the models there are.
extension MenuBuilder {
    /// While it is busy: which model, how fast, how full its context is, who waits, who asks.
    var nowGroup: [MenuItem] {
        guard state.isBusy else { return [] }
        var items: [MenuItem] = []
        var seen: Set<String> = []
        let models = state.requests.map(\.model).filter { seen.insert($0).inserted }
        for model in models {
            let requests = state.requests.filter { $0.model == model }
            items.append(.text(speedLine(model, requests)))
            if let line = contextLine(model, requests) { items.append(.text(line)) }
        }
        if let line = queueLine { items.append(.text(line)) }
        let most = 3
        items += state.requests.prefix(most).map { .text(askerLine($0)) }
        if state.requests.count > most {
            items.append(.text(words(.andMore, ["count": words.number(Double(state.requests.count - most))])))
        }
        return items
    }

    private func speedLine(_ model: String, _ requests: [RunningRequest]) -> String {
        let speeds = requests.compactMap(\.tokensPerSecond)
        if !speeds.isEmpty {
            return words(.speed, ["model": model, "speed": words.number(speeds.reduce(0, +), decimals: 1)])
        }
        let isLoading = state.memory?.models.contains { $0.id == model && $0.state == .loading } ?? false
        return words(isLoading ? .loadingModel : .readingPrompt, ["model": model])
    }

    /// Of the fullest request.
    private func contextLine(_ model: String, _ requests: [RunningRequest]) -> String? {
        let used = requests.compactMap { request in request.promptTokens.map { $0 + request.completionTokens } }.max()
        let state = state.memory?.models.first { $0.id == model }
        guard let used, let total = state?.contextLength, total > 0 else { return nil }
        return words(
            .context,
            [
                "share": words.share(Double(used) / Double(total)), "used": words.number(Double(used)),
                "total": words.number(Double(total)),
            ])
    }

    private var queueLine: String? {
        var parts: [String] = []
        if let waiting = state.memory?.waiting, waiting > 0 {
            parts.append(words(.waiting, ["count": words.number(Double(waiting))]))
        }
        if let share = state.cachedShare { parts.append(words(.cached, ["share": words.share(share)])) }
        return parts.isEmpty ? nil : parts.joined(separator: " · ")
    }

    private func askerLine(_ request: RunningRequest) -> String {
        let client = request.client.map(Self.shortName) ?? words(.somebody)
        guard let key = request.keyName else { return words(.asks, ["client": client]) }
        return words(.asksWithKey, ["client": client, "key": key])
    }

    /// "Zed/0.203.4 (macos; aarch64)" → "Zed"
    static func shortName(_ userAgent: String) -> String {
        let product = userAgent.split(separator: "/", maxSplits: 1).first ?? ""
        return String((product.isEmpty ? userAgent[...] : product).prefix(40))
    }

    var modelsGroup: [MenuItem] {
        guard state.core.isUp else { return [] }
        let inMemory = { (model: Model) in model.status.value != .unloaded && model.status.value != .invalid }
        let sorted = state.models.filter(inMemory) + state.models.filter { !inMemory($0) }
        var items: [MenuItem] = sorted.map(modelMenu)
        if items.isEmpty { items = [.text(words(.noModels))] }
        let downloads = state.downloads.filter { [.queued, .running, .paused, .verifying].contains($0.state) }
        if !downloads.isEmpty { items += [.separator] + downloads.map(downloadMenu) }
        return [.submenu(words(.models), items + [.separator, .button(words(.getModels), .open(.models))])]
    }

    private func modelMenu(_ model: Model) -> MenuItem {
        let value = model.status.value
        let resident = state.memory?.models.first { $0.id == model.id }
        var items: [MenuItem] = []
        switch value {
        case .loaded:
            items.append(.button(words(.unload), .call(.unload(model: model.id))))
        case .unloaded:
            items.append(.button(words(.load), .call(.load(model: model.id))))
            items.append(.button(words(.switchTo), .call(.switchTo(model: model.id))))
        default: break
        }
        if let reason = model.status.reason { items += reason.wrapped(at: 70).prefix(3).map { .text($0) } }
        if value != .invalid {
            let pinned = resident?.pinned ?? false
            items.append(.toggle(words(.pin), isOn: pinned, .call(.pin(model: model.id, !pinned))))
        }
        let size = resident.map(\.bytes).flatMap { $0 > 0 ? $0 : nil } ?? model.size
        return .submenu("\(mark(value)) \(model.id) — \(stateOf(model.status)) \(words.bytes(size))", items)
    }

    private func mark(_ value: Model.Status.Value) -> String {
        switch value {
        case .loaded: "●"
        case .loading, .unloading: "◐"
        case .quarantined, .invalid: "▲"
        default: "○"
        }
    }

    private func stateOf(_ status: Model.Status) -> String {
        switch status.value {
        case .loaded: words(.isLoaded) + ","
        case .loading: words(.isLoading, ["share": words.share(status.progress ?? 0)]) + ","
        case .unloading: words(.isUnloading) + ","
        case .quarantined: words(.isSetAside) + ","
        case .invalid: words(.isInvalid) + ","
        default: ""
        }
    }

    private func downloadMenu(_ download: Download) -> MenuItem {
        let share = download.bytes > 0 ? Double(download.done) / Double(download.bytes) : 0
        let title = words(.download, ["name": download.name, "share": words.share(share)])
        let items: [MenuItem] =
            switch download.state {
            case .paused: [.button(words(.resumeDownload), .call(.resumeDownload(id: download.id)))]
            case .verifying: [.text(words(.verifying))]
            default: [.button(words(.pauseDownload), .call(.pauseDownload(id: download.id)))]
            }
        return .submenu(title, items)
    }
}
