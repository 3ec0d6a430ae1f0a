"""The misconceptions, by number, in words."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Misconception:
    """A wrong idea, in words that lead on and never give the answer.

    Attributes
    ----------
    number : str
        Such as "M01": the same in answers, reports and docs/misconceptions.md.
    name : str
    effect : str
        What it does to an answer, in a sentence.
    question : str
    reread : str
        Where to look again.
    """

    number: str
    name: str
    effect: str
    question: str
    reread: str

    @property
    def words(self) -> str:
        """What a message says."""
        return (
            f"Just this comes out when {self.name}. {self.effect} {self.question} "
            f"Reread {self.reread} ({self.number})."
        )


#: By number. The words name an idea, its effect and a question; never the way to put it right.
MISCONCEPTIONS: dict[str, Misconception] = {
    m.number: m
    for m in (
        Misconception(
            "M01",
            "PyTorch's convolution and the mathematician's are taken for each other",
            "The taps stand in the opposite order.",
            "In the plain loops, which tap meets the first input of a window?",
            "notebook 1, 'A word that means two things'",
        ),
        Misconception(
            "M03",
            "signal and kernel change places",
            "The columns belong to the taps instead of the inputs.",
            "Which of the two is multiplied by T, and how long is it?",
            "notebook 1, 'Build the other convolution'",
        ),
        Misconception(
            "M04",
            "rows are taken for inputs and columns for outputs",
            "The matrix comes out transposed.",
            "In y = T @ x, does one row make an output or belong to an input?",
            "notebook 1, 'Type one matrix by hand'",
        ),
        Misconception(
            "M05",
            "the places are counted one too many or one too few",
            "The answer is a place, a row or a column off.",
            "If the first place is 0 and the last is 3, how many places are that?",
            "notebook 1, 'Count the outputs'",
        ),
        Misconception(
            "M06",
            "the last tap, or the last row or column of taps, is left out",
            "Where it belongs, nothing is found.",
            "How many taps does your answer use, and how many are there?",
            "notebook 1, 'Build it for every size'",
        ),
        Misconception(
            "M07",
            "the window does not move on by one place from row to row",
            "Row 0 is right, the rows below are not.",
            "Where does the window of output 1 begin, and where that of output 2?",
            "notebook 1, 'Slide a kernel along a signal'",
        ),
        Misconception(
            "M08",
            "every Toeplitz matrix is taken for a symmetric one",
            "What should stand on one side of the diagonal stands on both.",
            "The kernel is not symmetric: can its matrix be?",
            "notebook 1, 'Recognise a Toeplitz matrix'",
        ),
        Misconception(
            "M09",
            "the kernel is written down the columns instead of along the rows",
            "Its taps stand in the wrong order.",
            "An impulse walks along the signal: which tap sees it first?",
            "notebook 1, 'Type one matrix by hand'",
        ),
        Misconception(
            "M10",
            "the ends of the signal are joined where they are open, or open where they are joined",
            "The corners of the matrix are wrong.",
            "What does the window of the last output find beyond the end of the signal?",
            "the plain loops of the section",
        ),
        Misconception(
            "M11",
            "a part of a condition is taken for the whole of it",
            "Matrices are let in that do not belong.",
            "What else do all these matrices have in common?",
            "notebook 1, 'Recognise a Toeplitz matrix', or notebook 5, 'Save twice'",
        ),
        Misconception(
            "M13",
            "the sizes of one example are built in",
            "The answer fits that example and no other.",
            "Which numbers of yours belong to that example alone?",
            "the goal of the exercise",
        ),
        Misconception(
            "M14",
            "one equal result is taken for equal matrices",
            "Another input tells the two apart.",
            "Which entries could change without changing that one result?",
            "notebook 1, 'Fool a lazy test'",
        ),
        Misconception(
            "M15",
            "the comparison says the same to every question, or the opposite of what was asked",
            "The answer does not fit the question.",
            "For which input should the answer be the other one?",
            "the goal of the exercise",
        ),
        Misconception(
            "M16",
            "numbers are rounded on their way",
            "The answer is near, and not equal.",
            "Where does your code keep fewer digits than it was given?",
            "the goal of the exercise",
        ),
        Misconception(
            "M17",
            "the valid, the same-size and the full convolution are mixed up",
            "The number of outputs is another one's.",
            "How far may the kernel hang over the ends of the signal here?",
            "notebook 1, 'Count the outputs', and notebook 3, 'Three paddings have names'",
        ),
        Misconception(
            "M18",
            "a padding of half the kernel's length is taken for granted",
            "Other paddings, or kernels of even length, come out wrong.",
            "Two taps and padding 0: how many outputs does your code give?",
            "notebook 3, 'Three paddings have names'",
        ),
        Misconception(
            "M19",
            "padding per side and padding in total are mixed up",
            "One end has another padding than it should.",
            "With padding 1, how many zeros are there, and where?",
            "notebook 3, 'Let the kernel hang over the edge'",
        ),
        Misconception(
            "M20",
            "the rows are counted from the wrong place",
            "The band stands too far to one side.",
            "On which input does the first tap of row 0 lie, if on any?",
            "the plain loops of the section",
        ),
        Misconception(
            "M21",
            "a kernel that hangs over the edge is taken to lose its other end",
            "In a corner the wrong taps are left.",
            "Which tap of output 0 has no input under it?",
            "notebook 3, 'Type the corners by hand'",
        ),
        Misconception(
            "M22",
            "windows over the edge are moved inside, or left out",
            "The outer rows hold the whole kernel, or nothing.",
            "What lies under the window of output 0, number by number?",
            "notebook 3, 'Let the kernel hang over the edge'",
        ),
        Misconception(
            "M23",
            "what should be zeros outside is read from the other end of the signal",
            "The far ends get what they should not.",
            "Where does your code look for what lies left of place 0?",
            "notebook 3, 'Build it for every padding'",
        ),
        Misconception(
            "M24",
            "places outside the signal are filled in another way than asked for",
            "Only the ends differ.",
            "What should lie just outside: a zero, a copy, a mirror image, and of what?",
            "how the exercise fills what lies outside",
        ),
        Misconception(
            "M25",
            "sides or axes are taken in the wrong order",
            "What belongs to one of them happens to the other.",
            "Pad one side alone, by 2: where do new rows turn up?",
            "notebook 3, the goal and the rule of the exercise",
        ),
        Misconception(
            "M26",
            "a circular padding is split into halves",
            "The padded signal is too short.",
            "How long is a signal of 5 with 3 numbers before it and 2 behind?",
            "notebook 3, 'Choose what lies outside'",
        ),
        Misconception(
            "M27",
            "a count of 0, or a negative place in a slice, is taken to work like any other",
            "Nothing comes out, or everything.",
            "For a list x of four numbers, what are x[:-0] and x[-1:2]?",
            "the goal of the exercise: what may be 0?",
        ),
        Misconception(
            "M28",
            "axes are padded that should stay as they are",
            "There are columns, or an axis, that nobody asked for.",
            "Which axis stands for the inputs, and does it grow?",
            "notebook 3, 'Let the kernel hang over the edge'",
        ),
        Misconception(
            "M29",
            "padding is taken to make all inputs count the same",
            "The ends come out as often as the middle.",
            "Which outputs read the first input, and how many are they?",
            "notebook 3, 'Count how often an input is read'",
        ),
        Misconception(
            "M30",
            "sizes beyond the usual ones are not thought through",
            "Ordinary sizes are right, larger ones are not.",
            "What is left to read where a shift, a padding or a kernel outgrows the signal?",
            "the goal of the exercise, on large sizes",
        ),
        Misconception(
            "M31",
            "the padded signal is taken for the input",
            "Invented zeros have columns or counts of their own.",
            "Which of these numbers does anybody hand to you?",
            "notebook 3, 'Let the kernel hang over the edge'",
        ),
        Misconception(
            "M32",
            "a convolution is taken to follow every shift",
            "What breaks at the ends goes unseen.",
            "An impulse stands at one end and is pushed over it: what do both ways give?",
            "notebook 2, 'Measure how far the output follows'",
        ),
        Misconception(
            "M33",
            "what is true of one signal and what is true of all are mixed up",
            "The answer belongs to another question.",
            "About which signals does the exercise ask, and which has your answer seen?",
            "notebook 2, 'Ask for every signal at once'",
        ),
        Misconception(
            "M34",
            "what was tried and what is claimed are not the same",
            "Shifts are in it, or missing, that nobody compared.",
            "For which shifts have you compared both ways?",
            "notebook 2, 'Try the shifts on one signal'",
        ),
        Misconception(
            "M35",
            "shifts are judged by their size, or left is taken for right",
            "One direction, or one distance, comes out like another.",
            "What does a shift to the left push out, and what a shift to the right?",
            "notebook 2, 'Build the matrix of a shift'",
        ),
        Misconception(
            "M36",
            "moving along and staying as it was are mixed up",
            "What should move stands still.",
            "If the input moves, what should the output do?",
            "notebook 2, 'Measure how far the output follows'",
        ),
        Misconception(
            "M37",
            "the two shifts, of inputs and of outputs, do not belong together",
            "One has another length, direction or place than it should.",
            "What does each of the two act on, and which way does it move it?",
            "notebook 2, 'Measure how far the output follows'",
        ),
        Misconception(
            "M39",
            "torch.roll, the cyclic shift, is taken for the shift",
            "What leaves at one end comes back at the other.",
            "What fills the gap that a shift opens?",
            "notebook 2, 'Build the matrix of a shift'",
        ),
        Misconception(
            "M40",
            "not every difference counts, or not by its size",
            "Some are left out, cancelled or weighed.",
            "What does yours make of the differences 0, 3 and -5?",
            "the goal of the exercise",
        ),
        Misconception(
            "M41",
            "the window does not reach the next image row by the right jump",
            "The first rows are right, those of the next row of outputs are not.",
            "Which pixel does the window of output (1, 0) begin with?",
            "notebook 4, 'Type one matrix by hand'",
        ),
        Misconception(
            "M42",
            "the rows of the kernel do not lie one image row apart",
            "Every row begins right and goes wrong with the second row of taps.",
            "How many places are there from a pixel to the one below it?",
            "notebook 4, 'Type one matrix by hand'",
        ),
        Misconception(
            "M43",
            "places are numbered down the columns",
            "The right numbers come out in a shuffled order.",
            "Which pixel comes right after pixel (0, 0)?",
            "notebook 4, 'Find the place of a pixel'",
        ),
        Misconception(
            "M44",
            "places are counted in rows of the wrong length",
            "The first line is right; further down everything drifts away.",
            "How many pixels has a row of the image, and how many a row of the output map?",
            "notebook 4, 'Find the place of a pixel'",
        ),
        Misconception(
            "M45",
            "two sizes, or two arguments, change places",
            "Where they happen to be equal, nobody notices.",
            "What does each of the arguments count?",
            "the goal of the exercise",
        ),
        Misconception(
            "M46",
            "the kernel is flipped along one axis, or its rows and columns change places",
            "The right taps meet the wrong pixels.",
            "Fold row 0 of T to the shape of the image: is that the kernel as given?",
            "notebook 4, 'Slide a kernel over an image'",
        ),
        Misconception(
            "M47",
            "the output map is read from the bottom up",
            "The right rows stand in the wrong order.",
            "Which output does row 0 of T make?",
            "notebook 4, 'Type one matrix by hand'",
        ),
        Misconception(
            "M48",
            "the last step to one matrix is left out",
            "The numbers are all there, in more axes or in parts.",
            "T multiplies a flattened image: how many axes has T?",
            "notebook 4, the goal of 'Build it for every size'",
        ),
        Misconception(
            "M49",
            "only special cases are provided for",
            "They come out right, and others do not.",
            "Which cases have you not tried?",
            "the goal of the exercise, on sizes",
        ),
        Misconception(
            "M50",
            "Toeplitz and not quite Toeplitz are taken for the same",
            "One entry, or one jump, is enough to break a diagonal.",
            "Along which of the diagonals do the entries change?",
            "notebook 1, 'Recognise a Toeplitz matrix'",
        ),
        Misconception(
            "M51",
            "the entries of T are counted from the wrong two numbers",
            "What was counted is another matrix.",
            "How many pixels has the output, and what are they in T?",
            "notebook 5, 'Count three things'",
        ),
        Misconception(
            "M52",
            "an entry that is 0 today is taken for one that must be 0",
            "The count depends on the values of the taps.",
            "Would a training step change this number?",
            "notebook 5, 'Count places, not values'",
        ),
        Misconception(
            "M53",
            "parameters are thought to grow with the input",
            "The size of the input is in the count.",
            "How many numbers do you write down to describe the kernel?",
            "notebook 5, 'Count three things'",
        ),
        Misconception(
            "M54",
            "biases are counted that are not there, or not counted where they are",
            "All but the biases is counted right.",
            "Where is a bias added, and which outputs get the same one?",
            "notebook 5, 'Count the parameters of a layer'",
        ),
        Misconception(
            "M55",
            "every row, or every input, is taken to have all the taps",
            "Near the ends this counts taps that stand nowhere.",
            "How many outputs read the very first input?",
            "notebook 5, 'Count the non-zeros with padding'",
        ),
        Misconception(
            "M56",
            "equal numbers are taken for one parameter",
            "Different values are counted, not free choices.",
            "May training make two taps differ that are equal today?",
            "notebook 5, 'Count places, not values'",
        ),
        Misconception(
            "M57",
            "every entry of the matrix is taken for a parameter of its own",
            "The matrix is counted instead of what it is made from.",
            "If you change one tap, how many entries change with it?",
            "notebook 5, 'Save twice'",
        ),
        Misconception(
            "M58",
            "a factor of a product is left out, or added to it",
            "Something that happens many times is counted too seldom.",
            "What does each of your factors count?",
            "notebook 5, 'Count three things' and 'Count the parameters of a layer'",
        ),
        Misconception(
            "M59",
            "one count is given in the place of another",
            "Places, zeros, parameters, operations and bytes are different things.",
            "What exactly is to be counted?",
            "notebook 5, 'Count three things' and 'Weigh a real layer'",
        ),
        Misconception(
            "M60",
            "groups are not counted as what they are",
            "The number of kernels is wrong.",
            "With two groups, how many input channels does one output channel read?",
            "notebook 5, 'Count the parameters of a layer'",
        ),
        Misconception(
            "M61",
            "a reshape is trusted to cut out blocks",
            "It keeps the order of the entries, and so joins pieces of different rows.",
            "Which entries of T stand in T.reshape(-1, 2, 3)[0]?",
            "notebook 4, 'Recognise a block-Toeplitz matrix'",
        ),
        Misconception(
            "M66",
            "the memory behind a view is read as if it were the view",
            "Entries that do not belong to the kernel turn up.",
            "A view takes every second number: which numbers does your code take?",
            "notebook 1, the goal of 'Build it for every size'",
        ),
        Misconception(
            "M69",
            "a fraction is given where something is counted",
            "Counts have become shares.",
            "What is yours a part of, and what was asked for?",
            "the goal of the exercise",
        ),
        Misconception(
            "M78",
            "a framework is thought to build T and multiply by it",
            "The size of T is not considered.",
            "How much memory would T take for a photograph?",
            "notebook 5, 'Weigh a real layer'",
        ),
        Misconception(
            "M75",
            "the transpose is taken for the inverse",
            "What was weakened is weakened once more.",
            "What does C.T @ C make of a wave that C has halved?",
            "layers, notebook 4, 'Bring a blurred signal back'",
        ),
        Misconception(
            "M77",
            "a conjugate is missing, or stands where none belongs",
            "All shapes fit, and it is the matrix of the other direction that was used.",
            "Are the factors of the correlation, or of the convolution, the FFT of the weight?",
            "layers, notebook 4, 'Find the factors'",
        ),
        Misconception(
            "M110",
            "the circle and the line are taken for each other",
            "What leaves at one end comes back at the other, or fails to.",
            "Where does the last window read, and where should it?",
            "layers, notebook 4, 'Leave the circle'",
        ),
        Misconception(
            "M111",
            "the wave turns the other way round",
            "The real parts are right, the imaginary parts have the other sign.",
            "Where on the circle does the walk stand after one step?",
            "layers, notebook 4, 'Walk around the unit circle'",
        ),
        Misconception(
            "M112",
            "the angle of a step is measured in other units",
            "The walk does not close after m rounds.",
            "How large is the angle of a full round, and of one step?",
            "layers, notebook 4, 'Walk around the unit circle'",
        ),
        Misconception(
            "M113",
            "a factor of the length, or of its root, is put in or left out",
            "All numbers are right but for one common factor.",
            "Send a constant there and back: is it still the same constant?",
            "layers, notebook 4, 'Multiply without the matrix'",
        ),
        Misconception(
            "M114",
            "of complex numbers only a part, or only the size, is kept",
            "What the other part says is lost.",
            "Which two complex numbers does yours not tell apart?",
            "layers, notebook 4, 'Find the factors'",
        ),
        Misconception(
            "M115",
            "the walk begins or ends one place off",
            "Another place than place 0 stands at 1, or the last one too.",
            "Where is the walk at place 0, and where after n steps?",
            "layers, notebook 4, 'Walk around the unit circle'",
        ),
        Misconception(
            "M116",
            "the factors stand in another order than their waves",
            "They are all there, beside the wrong waves.",
            "Which of them belongs to the wave of ones?",
            "layers, notebook 4, 'Find the factors'",
        ),
        Misconception(
            "M117",
            "the first row goes around the circle in the wrong direction",
            "On and below the diagonal all is right, above it the diagonals have changed places.",
            "Where in the large circulant's first column is what stands just above the diagonal?",
            "layers, notebook 4, 'Lay a Toeplitz matrix into a circulant'",
        ),
        Misconception(
            "M118",
            "the number that row and column share is used twice",
            "Above the diagonal everything stands one diagonal too far up.",
            "How many different numbers has a Toeplitz matrix of 4 rows and 3 columns?",
            "layers, notebook 4, 'Lay a Toeplitz matrix into a circulant'",
        ),
        Misconception(
            "M119",
            "the matrix is applied once more where it should be undone",
            "What was blurred is blurred again.",
            "Does a division or a product undo a product?",
            "layers, notebook 4, 'Bring a blurred signal back'",
        ),
    )
}
