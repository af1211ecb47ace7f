module vettest

go 1.25.0

require example.com/structpack v0.0.0

replace example.com/structpack => ../../../
