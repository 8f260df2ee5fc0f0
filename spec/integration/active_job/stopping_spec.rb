# frozen_string_literal: true

require_relative "jobs_helper"

# Processes that end in the middle of a batch of jobs.
RSpec.describe "The end of a process that works off jobs", :fresh_app, :jobs do
  # Runs what is left in another process.
  # @return [Array<Integer>] the jobs that it ran
  def finish(last)
    app = start_app
    app.await_line("ended #{last}")
    terminate(app)
    ended(app)
  end

  it "finishes the job that runs on TERM, commits up to it, and the next process runs the rest once" do
    fill_numbers(1..5)
    app = start_app(wait_in: 2)
    app.await_line("began 2")
    app.signal("TERM")
    app.await_line("event app.stopping")
    app.say("go on")

    expect(app.exit_status(within: 60)).to eq(0), app.output
    expect([begun(app), ended(app)]).to eq([[1, 2], [1, 2]])
    expect(committed).to eq({ 0 => 2 })
    expect(finish(5)).to eq([3, 4, 5])
    expect(committed).to eq({ 0 => 5 })
  end

  it "finishes every job that it has once it is quiet" do
    fill_numbers(1..5)
    app = start_app(wait_in: 2)
    app.await_line("began 2")
    app.signal("TSTP")
    app.say("go on")
    app.await_line("ended 5")
    app.await_line("event app.quiet")
    terminate(app)

    expect(ended(app)).to eq([1, 2, 3, 4, 5])
    expect(committed).to eq({ 0 => 5 })
  end

  it "loses no job when it is killed; only those not yet committed run again" do
    fill_numbers(1..5)
    app = start_app(wait_in: 3)
    app.await_line("began 3")
    before = committed.fetch(0, 0)
    app.kill
    rest = finish(5)

    expect(ended(app)).to eq([1, 2])
    expect(rest).to eq([*rest.first..5])
    expect(rest.first).to be_between([before, 0].max + 1, 3)
    expect(committed).to eq({ 0 => 5 })
  end
end
