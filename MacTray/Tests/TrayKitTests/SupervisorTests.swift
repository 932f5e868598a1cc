import Testing

@testable import TrayKit

@Suite struct SupervisorTests {
    /// Feeds events and gives back the effects of the last one.
    @discardableResult
    private func feed(_ supervisor: inout Supervisor, _ events: CoreEvent...) -> [CoreEffect] {
        var effects: [CoreEffect] = []
        for event in events { effects = supervisor.handle(event) }
        return effects
    }

    private func running() -> Supervisor {
        var supervisor = Supervisor()
        feed(&supervisor, .startAsked, .probed(found: false), .listening, .alive)
        return supervisor
    }

    private func found() -> Supervisor {
        var supervisor = Supervisor()
        feed(&supervisor, .startAsked, .probed(found: true), .alive)
        return supervisor
    }

    private let crash = CoreEvent.exited(Exit(code: 137, signal: 9))

    @Test func aStartLooksForACoreThenMakesOne() {
        var supervisor = Supervisor()
        #expect(feed(&supervisor, .startAsked) == [.cancel(.backoff), .probe])
        #expect(feed(&supervisor, .probed(found: false)) == [.spawn(strictPort: true), .start(.start, .seconds(60))])
        #expect(feed(&supervisor, .listening) == [.listen])
        #expect(supervisor.state == .starting)
        #expect(feed(&supervisor, .alive) == [.cancel(.start), .start(.stability, .seconds(60))])
        #expect(supervisor.state == .running && !supervisor.isFound)
    }

    @Test func aCoreThatIsThereIsTaken() {
        var supervisor = Supervisor()
        feed(&supervisor, .startAsked)
        #expect(feed(&supervisor, .probed(found: true)) == [.listen, .start(.start, .seconds(60))])
        feed(&supervisor, .alive)
        #expect(supervisor.state == .running && supervisor.isFound)
        #expect(feed(&supervisor, .stopAsked).contains(.askToStop))
        feed(&supervisor, .foundOneGone(orderly: true))
        #expect(supervisor.state == .stopped)
    }

    @Test func theFifthEndInARowIsTheLast() {
        var supervisor = running()
        for attempt in 1...4 {
            feed(&supervisor, crash)
            let delay = Duration.milliseconds(500 << (attempt - 1))
            let reason = "The core was ended by signal 9."
            #expect(supervisor.state == .backingOff(attempt: attempt, delay: delay, reason: reason))
            #expect(feed(&supervisor, .elapsed(.backoff)) == [.probe])
            feed(&supervisor, .probed(found: false), .listening, .alive)
            #expect(supervisor.state == .running)
        }
        feed(&supervisor, crash)
        let failure = Failure(kind: .gaveUp(attempts: 5), reason: "The core was ended by signal 9.")
        #expect(supervisor.state == .failed(failure))
        #expect(feed(&supervisor, .startAsked) == [.cancel(.backoff), .probe])
        feed(&supervisor, .probed(found: false), crash)
        #expect(supervisor.state.name == "backing off")
    }

    @Test func stabilityForgetsFormerEnds() {
        var supervisor = running()
        for _ in 1...20 {
            feed(&supervisor, crash)
            #expect(
                supervisor.state
                    == .backingOff(attempt: 1, delay: .milliseconds(500), reason: "The core was ended by signal 9."))
            feed(&supervisor, .elapsed(.backoff), .probed(found: false), .alive, .elapsed(.stability))
        }
    }

    @Test func anEndWithZeroWasMeant() {
        var supervisor = running()
        feed(&supervisor, .exited(Exit(code: 0)))
        #expect(supervisor.state == .stopped)
    }

    @Test(arguments: [
        (Exit(code: 75, message: "Port 4673 is taken by node (process 7)."), Failure.Kind.portTaken),
        (Exit(code: 73, message: "No room."), .cannotStart),
        (Exit(code: 78, message: "Bad settings."), .cannotStart),
        (Exit(code: 64, message: "Bad option."), .cannotStart),
    ])
    func whatOnlyAPersonCanMendIsNotTriedAgain(exit: Exit, kind: Failure.Kind) {
        var supervisor = Supervisor()
        feed(&supervisor, .startAsked, .probed(found: false), .exited(exit))
        #expect(supervisor.state == .failed(Failure(kind: kind, reason: exit.message!)))
    }

    @Test func anotherCoreOnTheHomeIsLookedForAgain() {
        var supervisor = Supervisor()
        let exit = Exit(code: 75, message: "Impetus already runs on /home.")
        feed(&supervisor, .startAsked, .probed(found: false), .exited(exit))
        #expect(supervisor.state.name == "backing off")
        #expect(feed(&supervisor, .elapsed(.backoff)) == [.probe])
    }

    @Test func aTakenPortLeavesTheChoice() {
        var supervisor = Supervisor()
        let taken = CoreEvent.exited(Exit(code: 75, message: "Port 1 is taken."))
        feed(&supervisor, .startAsked, .probed(found: false), taken, .startOnAnyPortAsked)
        #expect(feed(&supervisor, .probed(found: false)).first == .spawn(strictPort: false))
        feed(&supervisor, .alive, .stopAsked, .exited(Exit(code: 0)), .startAsked)
        #expect(feed(&supervisor, .probed(found: false)).first == .spawn(strictPort: true))
    }

    @Test func silenceIsForgivenForAWhile() {
        var supervisor = running()
        #expect(feed(&supervisor, .silent) == [.start(.patience, .seconds(15))])
        #expect(supervisor.state == .unresponsive)
        #expect(feed(&supervisor, .woke) == [.start(.patience, .seconds(15))])
        #expect(feed(&supervisor, .alive) == [.cancel(.patience)])
        #expect(supervisor.state == .running)
        feed(&supervisor, .silent)
        #expect(feed(&supervisor, .elapsed(.patience)) == [.kill])
        feed(&supervisor, crash)
        #expect(
            supervisor.state
                == .backingOff(attempt: 1, delay: .milliseconds(500), reason: "The core did not answer any more."))
    }

    @Test func aStartThatLastsTooLongIsEnded() {
        var supervisor = Supervisor()
        feed(&supervisor, .startAsked, .probed(found: false))
        #expect(feed(&supervisor, .elapsed(.start)) == [.kill])
        feed(&supervisor, crash)
        #expect(
            supervisor.state
                == .backingOff(
                    attempt: 1, delay: .milliseconds(500), reason: "The core did not answer within 60 s."))
    }

    @Test func stoppingDrainsThenInsists() {
        var supervisor = running()
        let effects = feed(&supervisor, .stopAsked)
        #expect(effects.suffix(2) == [.terminate, .start(.grace, .seconds(30))])
        #expect(supervisor.state == .stopping)
        #expect(feed(&supervisor, .elapsed(.grace)) == [.kill])
        feed(&supervisor, crash)
        #expect(supervisor.state == .stopped)
    }

    @Test func restartingIsStoppingAndStarting() {
        var supervisor = running()
        feed(&supervisor, .restartAsked)
        #expect(supervisor.state == .stopping)
        #expect(feed(&supervisor, .exited(Exit(code: 0))).last == .probe)
        #expect(supervisor.state == .starting)
        supervisor = running()
        // Stop after restart: stop is meant.
        feed(&supervisor, .restartAsked, .stopAsked, .startAsked, .stopAsked)
        #expect(supervisor.state == .stopping)
    }

    @Test func aFoundCoreThatHangsIsNotOurs() {
        var supervisor = found()
        feed(&supervisor, .silent)
        #expect(feed(&supervisor, .elapsed(.patience)) == [])
        #expect(supervisor.state == .unresponsive)
        feed(&supervisor, .stopAsked, .elapsed(.grace))
        guard case .failed(let failure) = supervisor.state else { return #expect(Bool(false)) }
        #expect(failure.kind == .notOurs)
    }

    @Test func aFoundCoreThatCrashesIsReplaced() {
        var supervisor = found()
        feed(&supervisor, .foundOneGone(orderly: false))
        #expect(supervisor.state.name == "backing off" && !supervisor.isFound)
        supervisor = found()
        feed(&supervisor, .foundOneGone(orderly: true))
        #expect(supervisor.state == .stopped)
        supervisor = running()
        feed(&supervisor, .foundOneGone(orderly: false))
        #expect(supervisor.state == .running)
    }

    @Test func stoppingWhileWaitingStops() {
        var supervisor = running()
        feed(&supervisor, crash)
        #expect(feed(&supervisor, .stopAsked) == [.cancel(.backoff)])
        #expect(supervisor.state == .stopped)
        // What was under way comes late.
        #expect(feed(&supervisor, .elapsed(.backoff), .probed(found: false), .alive, .silent) == [])
    }

    @Test(arguments: [(1, 500), (2, 1000), (3, 2000), (6, 16_000), (7, 30_000), (60, 30_000)])
    func backoffDoublesUpToItsCap(attempt: Int, milliseconds: Int) {
        #expect(Backoff().delay(attempt: attempt) == .milliseconds(milliseconds))
    }
}
