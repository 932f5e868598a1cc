import Foundation

/// The texts of the menu bar in one language, and its numbers.
public struct Words: Sendable, Equatable {
    public enum Language: String, Sendable, CaseIterable {
        case en, de, es, fr, ja, zh
    }

    public let language: Language
    private let locale: Locale

    public init(_ language: Language) {
        self.language = language
        locale = Locale(identifier: language == .zh ? "zh-Hans" : language.rawValue)
    }

    /// The first of somebody's languages ("de-CH", "zh-Hans-CN") that there are texts in; English where there is none.
    public init(preferred: [String]) {
        let known = preferred.lazy.compactMap { Language(rawValue: String($0.prefix(2)).lowercased()) }
        self.init(known.first ?? .en)
    }

    /// A text with its `{names}` filled in.
    public func callAsFunction(_ word: Word, _ values: [String: String] = [:]) -> String {
        values.reduce(template(word)) { $0.replacingOccurrences(of: "{\($1.key)}", with: $1.value) }
    }

    func template(_ word: Word) -> String { Self.tables[language]?[word] ?? english[word] ?? word.rawValue }

    static let tables: [Language: [Word: String]] = [
        .en: english, .de: german, .es: spanish, .fr: french, .ja: japanese, .zh: chinese,
    ]

    public func number(_ value: Double, decimals: Int = 0) -> String {
        value.formatted(.number.precision(.fractionLength(decimals)).locale(locale))
    }

    /// "63 %"
    public func share(_ value: Double) -> String {
        min(1, max(0, value)).formatted(.percent.precision(.fractionLength(0)).locale(locale))
    }

    /// Decimal units, as the Finder has them.
    public func bytes(_ count: Int) -> String {
        let units: [(Double, String, Int)] = [(1e12, "TB", 2), (1e9, "GB", 1), (1e6, "MB", 0)]
        let value = Double(max(0, count))
        guard let (unit, name, decimals) = units.first(where: { value >= $0.0 }) else {
            return "\(number(value / 1e3)) KB"
        }
        return "\(number(value / unit, decimals: decimals)) \(name)"
    }

    func seconds(_ duration: Duration) -> String {
        let (seconds, rest) = duration.components
        return number(Double(seconds) + Double(rest) / 1e18, decimals: rest == 0 ? 0 : 1)
    }
}

/// Every text of the menu bar. Texts of the core (errors, reasons) come with its answers, in English.
public enum Word: String, Sendable, CaseIterable {
    case stopped, starting, running, runningAt, busy, busyAt, unresponsive, stopping, backingOff, failed
    case foundCore, noEngine, updateFound, restartToUpdate, copyAddress
    case speed, loadingModel, readingPrompt, context, waiting, cached, asks, asksWithKey, somebody, andMore
    case openDashboard, chat, copyEndpoint, connectEditor, copyForOpenAi, copyForAnthropic, copyForOllama, editorGuide
    case models, noModels, load, unload, switchTo, pin, getModels
    case isLoaded, isLoading, isUnloading, isSetAside, isInvalid
    case download, verifying, pauseDownload, resumeDownload
    case memoryOfImpetus, memoryOfMachine
    case start, stop, restart, tryAgain, startOnAnyPort, profile, noProfile
    case opensAtLogin, showLog, runDoctor, settings, about, quit
    case noticeDownload, noticeDownloadBody, noticeCrash, noticeFailed
    case dashboardFailed, reload, commandFailed, aboutCore
}
